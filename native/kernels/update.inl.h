// Reduction of the slices' gradients, the optimiser's step, how far it went, and the average of its steps.

// More partial sums than this are not asked for; see MAX_PARTIALS in src/kernels/kernels.ts.
constexpr long kMaxPartials = 1024;

void reduce_partials(const float* partials, long count, long stride, float* out, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    V sum[kMaxPartials];
    for (long p = 0; p < count; p++) sum[p] = load(partials + p * stride + i, mask);
    for (long left = count; left > 1;) {
      const long half = (left + 1) / 2;
      for (long p = 0; p + half < left; p++) sum[p] += sum[p + half];
      left = half;
    }
    store(out + i, sum[0], mask);
  });
}

bool sgd_update(float* w, const float* g, float* v, const SgdSettings& s, Range elements) {
  const V momentum = splat(s.momentum);
  const V decay = splat(s.weight_decay);
  const V step = splat(-s.rate);
  // 0·w is NaN where w is not finite, and the sum stays NaN.
  V witness = splat(0);
  for_each_element(elements, [&](long i, Mask mask) {
    const V weight = load(w + i, mask);
    const V gradient = fma(decay, weight, load(g + i, mask));
    const V velocity = fma(momentum, load(v + i, mask), gradient);
    const V direction = s.nesterov ? fma(momentum, velocity, gradient) : velocity;
    const V moved = fma(step, direction, weight);
    store(v + i, velocity, mask);
    store(w + i, moved, mask);
    witness = fma(moved, splat(0), witness);
  });
  bool finite = true;
  for (int lane = 0; lane < kLanes; lane++) finite = finite && witness[lane] == 0;
  return finite;
}

void average_weights(float* w, float* slow, float share, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) {
    const V behind = load(slow + i, mask);
    const V moved = fma(splat(share), load(w + i, mask) - behind, behind);
    store(slow + i, moved, mask);
    store(w + i, moved, mask);
  });
}

float measure_change(const float* w, float* previous, Range elements) {
  V greatest = splat(0);
  for_each_element(elements, [&](long i, Mask mask) {
    const V now = load(w + i, mask);
    const V change = now - load(previous + i, mask);
    const V distance = change < splat(0) ? -change : change;
    greatest = distance > greatest ? distance : greatest;
    store(previous + i, now, mask);
  });
  float result = 0;
  for (int lane = 0; lane < kLanes; lane++) result = greatest[lane] > result ? greatest[lane] : result;
  return result;
}
