// What is asked of weights between the optimiser's steps: how far they went, and their average.

void average_weights(const AverageWeights& a, double share, Range elements) {
  float* w = a.w;
  float* slow = a.slow;
  const V part = splat(float(share));
  for_each_element(elements, [&](long i, Mask mask) {
    const V behind = load(slow + i, mask);
    const V moved = fma(part, load(w + i, mask) - behind, behind);
    store(slow + i, moved, mask);
    store(w + i, moved, mask);
  });
}

float measure_change(const MeasureChange& m, Range elements) {
  const float* w = m.w;
  float* previous = m.previous;
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
