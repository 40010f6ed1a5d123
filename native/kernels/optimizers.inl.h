// What optimizers do beyond SGD. Roots and quotients are rounded correctly on every target.

bool adam_update(const AdamUpdate& a, double keep_all, double rate, double scale, Range elements) {
  float* w = a.w;
  const float* g = a.g;
  float* mean = a.mean;
  float* variance = a.variance;
  float* greatest = a.greatest;
  const V penalty = splat(a.penalty), mean_share = splat(a.mean_share), variance_share = splat(a.variance_share);
  const V epsilon = splat(a.epsilon), root_scale = splat(float(scale)), keep = splat(float(keep_all)), step = splat(-float(rate));
  V witness = splat(0);
  for_each_element(elements, [&](long i, Mask mask) {
    const V weight = load(w + i, mask);
    const V gradient = fma(penalty, weight, load(g + i, mask));
    const V old_mean = load(mean + i, mask), old_variance = load(variance + i, mask);
    const V new_mean = fma(mean_share, gradient - old_mean, old_mean);
    V square = fma(variance_share, fma(gradient, gradient, -old_variance), old_variance);
    store(mean + i, new_mean, mask);
    store(variance + i, square, mask);
    if (greatest) {
      const V before = load(greatest + i, mask);
      square = before > square ? before : square;
      store(greatest + i, square, mask);
    }
    const V moved = fma(step, new_mean / fma(root_scale, square_root(square), epsilon), keep * weight);
    store(w + i, moved, mask);
    // A square that has overflowed makes no number of the weight, and it would stand still from then on.
    witness = fma(moved, splat(0), fma(square, splat(0), witness));
  });
  return all_finite(witness);
}

void nesterov_direction(const NesterovDirection& n, Range elements) {
  const float* g = n.g;
  float* v = n.v;
  float* u = n.u;
  const V momentum = splat(n.momentum);
  for_each_element(elements, [&](long i, Mask mask) {
    const V gradient = load(g + i, mask);
    const V velocity = fma(momentum, load(v + i, mask), gradient);
    store(v + i, velocity, mask);
    store(u + i, fma(momentum, velocity, gradient), mask);
  });
}

bool move_weights(const MoveWeights& m, double keep_all, double rate, Range elements) {
  float* w = m.w;
  const float* u = m.u;
  const V keep = splat(float(keep_all)), step = splat(-float(rate));
  V witness = splat(0);
  for_each_element(elements, [&](long i, Mask mask) {
    const V moved = fma(step, load(u + i, mask), keep * load(w + i, mask));
    store(w + i, moved, mask);
    witness = fma(moved, splat(0), witness);
  });
  return all_finite(witness);
}

void follow_weights(const FollowWeights& f, double share, Range elements) {
  const float* w = f.w;
  float* average = f.average;
  const V part = splat(float(share));
  const bool copies = share == 1;
  for_each_element(elements, [&](long i, Mask mask) {
    const V ahead = load(w + i, mask), behind = load(average + i, mask);
    store(average + i, copies ? ahead : fma(part, ahead - behind, behind), mask);
  });
}

void scale_elements(const ScaleElements& s, double factor, Range elements) {
  const float* x = s.x;
  float* y = s.y;
  const V scale = splat(float(factor));
  for_each_element(elements, [&](long i, Mask mask) { store(y + i, scale * load(x + i, mask), mask); });
}

// A square of a float is exact in double precision, so that fused and plain sums agree.
void sum_squares(const SumSquares& s, long index, Range elements) {
  constexpr long kChains = 16;
  const float* x = s.x + elements.first;
  double chains[kChains] = {};
  long at = 0;
  for (; at + kChains <= elements.count; at += kChains) {
    for (long c = 0; c < kChains; c++) chains[c] += double(x[at + c]) * double(x[at + c]);
  }
  for (; at < elements.count; at++) chains[at % kChains] += double(x[at]) * double(x[at]);
  for (long half = kChains / 2; half > 0; half /= 2) {
    for (long c = 0; c < half; c++) chains[c] += chains[c + half];
  }
  s.sums[index] = float(chains[0]);
}

void transpose(const Transpose& t, Range columns) {
  // A cache line of x is read while the lines of y that it goes to are at hand.
  constexpr long kBlock = 16;
  const float* x = t.x;
  float* y = t.y;
  const long rows = t.rows, x_width = t.x_width, y_width = t.y_width, end = columns.first + columns.count;
  for (long first = columns.first; first < end; first += kBlock) {
    const long last = min(first + kBlock, end);
    for (long row = 0; row < rows; row++) {
      for (long column = first; column < last; column++) y[column * y_width + row] = x[row * x_width + column];
    }
  }
}

constexpr OptimizerKernels kOptimizerKernels = {
    {adam_update}, {nesterov_direction}, {move_weights}, {follow_weights}, {scale_elements}, {sum_squares}, {transpose},
};
