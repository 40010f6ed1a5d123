// Batch normalisation, channel by channel.

#include "channel-statistics.inl.h"

void channel_moments(const ChannelMoments& m, float* scratch, Range rows) {
  const long channels = m.channels;
  const float* x = m.x;
  float* mean = m.mean;
  const Period period = period_of(channels);
  sum_rows_of(channels, x, mean, scratch, rows);
  const float share = rows.count > 0 ? 1.0f / float(rows.count) : 0.0f;
  for (long c = 0; c < channels; c++) mean[c] *= share;
  float* centre = scratch;
  float* running = scratch + period.floats;
  repeat(channels, period, mean, centre);
  zero_run(running, period.floats);
  for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) {
    const V deviation = load(x + at, mask) - load(centre + i, mask);
    store(running + i, fma(deviation, deviation, load(running + i)));
  });
  fold(channels, period, running, m.squares);
}

void scale_channels(const ScaleChannels& s, float* scratch, Range rows) {
  const long channels = s.channels;
  const float* x = s.x;
  float* y = s.y;
  const Period period = period_of(channels);
  float* scales = scratch;
  float* shifts = scratch + period.floats;
  repeat(channels, period, s.scale, scales);
  repeat(channels, period, s.shift, shifts);
  const auto scaled = [&](long at, long i, Mask mask) { return fma(load(x + at, mask), load(scales + i), load(shifts + i)); };
  if (s.rectified) {
    for_each_in_period(channels, period, rows,
                       [&](long at, long i, Mask mask) { store(y + at, Relu::forward(scaled(at, i, mask), splat(0)), mask); });
  } else {
    for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) { store(y + at, scaled(at, i, mask), mask); });
  }
}

// Calls visit(dy_at) with what gives dy at some place: what is there, or what a ReLU behind x·scale + shift lets through of it. The patterns begin at
// `scratch`.
template <typename Descriptor, typename Visit>
inline void with_gradient(const Descriptor& s, const Period& period, float* scratch, Visit visit) {
  const float* x = s.x;
  const float* dy = s.dy;
  if (!s.scale) {
    visit([dy](long at, long, Mask mask) { return load(dy + at, mask); });
    return;
  }
  float* scales = scratch;
  float* shifts = scratch + period.floats;
  repeat(s.channels, period, s.scale, scales);
  repeat(s.channels, period, s.shift, shifts);
  visit([=](long at, long i, Mask mask) {
    return Relu::backward(fma(load(x + at, mask), load(scales + i), load(shifts + i)), load(dy + at, mask), splat(0));
  });
}

void channel_gradient_sums(const ChannelGradientSums& s, float* scratch, Range rows) {
  const long channels = s.channels;
  const float* x = s.x;
  const Period period = period_of(channels);
  float* centre = scratch;
  float* running_sums = scratch + period.floats;
  float* running_products = running_sums + period.floats;
  repeat(channels, period, s.mean, centre);
  zero_run(running_sums, 2 * period.floats);
  with_gradient(s, period, running_products + period.floats, [&](auto dy_at) {
    for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) {
      const V gradient = dy_at(at, i, mask);
      const V deviation = load(x + at, mask) - load(centre + i, mask);
      store(running_sums + i, load(running_sums + i) + gradient);
      store(running_products + i, fma(gradient, deviation, load(running_products + i)));
    });
  });
  fold(channels, period, running_sums, s.sums);
  fold(channels, period, running_products, s.products);
}

void combine_channels(const CombineChannels& s, float* scratch, Range rows) {
  const long channels = s.channels;
  const float* x = s.x;
  float* dx = s.dx;
  const Period period = period_of(channels);
  float* as = scratch;
  float* bs = as + period.floats;
  float* ds = bs + period.floats;
  repeat(channels, period, s.a, as);
  repeat(channels, period, s.b, bs);
  repeat(channels, period, s.d, ds);
  with_gradient(s, period, ds + period.floats, [&](auto dy_at) {
    for_each_in_period(channels, period, rows, [&](long at, long i, Mask mask) {
      const V rest = fma(load(x + at, mask), load(bs + i), load(ds + i));
      store(dx + at, fma(dy_at(at, i, mask), load(as + i), rest), mask);
    });
  });
}

constexpr ChannelKernels kChannelKernels = {
    {channel_moments, channel_scratch_floats},
    {scale_channels, channel_scratch_floats},
    {channel_gradient_sums, channel_scratch_floats},
    {combine_channels, channel_scratch_floats},
    {normalization_coefficients},
    {normalization_gradient_coefficients},
};
