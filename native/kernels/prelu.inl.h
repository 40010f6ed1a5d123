// PReLU: a slope for each channel below zero, over rows × channels.

void prelu_forward(long channels, const float* x, const float* slope, float* y, float* scratch, Range rows) {
  const Period period = period_of(channels);
  repeat(channels, period, slope, scratch);
  for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) {
    const V value = load(x + at, mask);
    store(y + at, value > splat(0) ? value : value * load(scratch + i), mask);
  });
}

// d_slope as in channel_gradient_sums; dx may be null.
void prelu_backward(long channels, const float* x, const float* dy, const float* slope, float* dx, float* d_slope,
                    float* scratch, Range rows) {
  const Period period = period_of(channels);
  float* slopes = scratch;
  float* running = scratch + period.floats;
  repeat(channels, period, slope, slopes);
  zero_run(running, period.floats);
  for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) {
    const V value = load(x + at, mask);
    const V gradient = load(dy + at, mask);
    const V sum = load(running + i);
    store(running + i, value > splat(0) ? sum : fma(gradient, value, sum));
    if (dx) store(dx + at, value > splat(0) ? gradient : gradient * load(slopes + i), mask);
  });
  fold(channels, period, running, d_slope);
}
