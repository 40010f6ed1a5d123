// The optimiser's step of SGD with momentum.

bool sgd_update(const SgdUpdate& s, double rate, Range elements) {
  float* w = s.w;
  const float* g = s.g;
  float* v = s.v;
  const bool nesterov = s.nesterov;
  const V momentum = splat(s.momentum);
  const V decay = splat(s.weight_decay);
  const V step = splat(-float(rate));
  V witness = splat(0);
  for_each_element(elements, [&](long i, Mask mask) {
    const V weight = load(w + i, mask);
    const V gradient = fma(decay, weight, load(g + i, mask));
    const V velocity = fma(momentum, load(v + i, mask), gradient);
    const V direction = nesterov ? fma(momentum, velocity, gradient) : velocity;
    const V moved = fma(step, direction, weight);
    store(v + i, velocity, mask);
    store(w + i, moved, mask);
    witness = fma(moved, splat(0), witness);
  });
  return all_finite(witness);
}
