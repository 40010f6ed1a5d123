// The sum of the parts' gradients, in the order of a balanced binary tree.
void reduce_partials(const ReducePartials& r, long parts, Range elements) {
  const float* partials = r.partials;
  float* out = r.sum;
  const long stride = r.stride;
  for_each_element(elements, [&](long i, Mask mask) {
    V sum[MAX_PARTIALS];
    for (long p = 0; p < parts; p++) sum[p] = load(partials + p * stride + i, mask);
    for (long left = parts; left > 1;) {
      const long half = (left + 1) / 2;
      for (long p = 0; p + half < left; p++) sum[p] += sum[p + half];
      left = half;
    }
    store(out + i, sum[0], mask);
  });
}
