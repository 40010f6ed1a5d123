// PReLU: a slope for each channel below zero, over rows × channels.

void prelu_forward(const PreluForward& p, float* scratch, Range rows) {
  const float* x = p.x;
  float* y = p.y;
  const Period period = period_of(p.channels);
  repeat(p.channels, period, p.slope, scratch);
  for_each_in_period(p.channels, period, rows, [&](long at, long i, Mask mask) {
    const V value = load(x + at, mask);
    store(y + at, value > splat(0) ? value : value * load(scratch + i), mask);
  });
}

// d_slope as in channel_gradient_sums; dx may be null.
void prelu_backward(const PreluBackward& p, float* scratch, Range rows) {
  const float* x = p.x;
  const float* dy = p.dy;
  float* dx = p.dx;
  const Period period = period_of(p.channels);
  float* slopes = scratch;
  float* running = scratch + period.floats;
  repeat(p.channels, period, p.slope, slopes);
  zero_run(running, period.floats);
  for_each_in_period(p.channels, period, rows, [&](long at, long i, Mask mask) {
    const V value = load(x + at, mask);
    const V gradient = load(dy + at, mask);
    const V sum = load(running + i);
    store(running + i, value > splat(0) ? sum : fma(gradient, value, sum));
    if (dx) store(dx + at, value > splat(0) ? gradient : gradient * load(slopes + i), mask);
  });
  fold(p.channels, period, running, p.d_slope);
}
