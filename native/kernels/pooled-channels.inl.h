// Batch normalisation whose output is pooled at once, by windows of 2×2 over maps in lanes: what comes between the two is never written. The same
// bits as of channels.inl.h and pooling.inl.h one after the other: sums run over the lines of x, in the same periods.

template <bool kRectified>
inline V activated(V scaled) {
  return kRectified ? Relu::forward(scaled, splat(0)) : scaled;
}

template <bool kRectified>
void scale_and_pool_lines(const ScaleAndPool& s, Range lines) {
  const Geometry g = s.g;
  const long channels = g.input_channels, line = g.input_width * channels;
  for (long l = lines.first; l < lines.first + lines.count; l++) {
    const long map = l / g.output_height, row = l % g.output_height;
    const float* x = s.x + (map * g.input_height + 2 * row) * line;
    float* y = s.y + l * g.output_width * channels;
    for (long column = 0; column < g.output_width; column++, x += 2 * channels, y += channels) {
      for (long c = 0; c < channels; c += kLanes) {
        const V scale = load(s.scale + c), shift = load(s.shift + c);
        const auto value_at = [&](long offset) { return activated<kRectified>(fma(load(x + offset + c), scale, shift)); };
        Greatest greatest{value_at(0)};
        for (long down = 0; down < 2; down++) {
          for (long right = 0; right < 2; right++) greatest.meet(value_at(down * line + right * channels));
        }
        store(y + c, greatest.found());
      }
    }
  }
}

void scale_and_pool(const ScaleAndPool& s, Range lines) {
  const auto run = s.rectified ? scale_and_pool_lines<true> : scale_and_pool_lines<false>;
  run(s, lines);
}

// Calls visit(position, channel, offset, x, gradient) for each vector of some lines of x: `position` counts from the first one's beginning, and the
// gradient is dy where x has won its window.
template <bool kRectified, typename Descriptor, typename Visit>
inline void for_each_spread_gradient(const Descriptor& s, Range lines, Visit visit) {
  const Geometry g = s.g;
  const long channels = g.input_channels, line = g.input_width * channels;
  for (long l = 0; l < lines.count; l++) {
    const long map = (lines.first + l) / g.input_height, row = (lines.first + l) % g.input_height;
    const long begin = (lines.first + l) * line, window_row = row / 2;
    const bool is_second = row % 2 == 1;
    const long windows = window_row < g.output_height ? g.output_width : 0;
    for (long column = 0; column < windows; column++) {
      const long left = begin + 2 * column * channels;
      const long window = ((map * g.output_height + window_row) * g.output_width + column) * channels;
      for (long c = 0; c < channels; c += kLanes) {
        const V scale = load(s.scale + c), shift = load(s.shift + c);
        const V best = load(s.y + window + c), gradient = load(s.dy + window + c);
        const auto scaled_at = [&](long at) { return fma(load(s.x + at + c), scale, shift); };
        VI open = splat(0) == splat(0);
        if (is_second) {
          open &= ~(activated<kRectified>(scaled_at(left - line)) == best);
          open &= ~(activated<kRectified>(scaled_at(left - line + channels)) == best);
        }
        for (long side = 0; side < 2; side++) {
          const long at = left + side * channels;
          const V scaled = scaled_at(at);
          const VI wins = (activated<kRectified>(scaled) == best) & open;
          open &= ~wins;
          const V own = splat(0) + (V)(wins & (VI)gradient);
          visit(l * g.input_width + 2 * column + side, c, at + c, load(s.x + at + c),
                kRectified ? Relu::backward(scaled, own, splat(0)) : own);
        }
      }
    }
    // What is in no window.
    for (long column = 2 * windows; column < g.input_width; column++) {
      const long at = begin + column * channels;
      for (long c = 0; c < channels; c += kLanes) visit(l * g.input_width + column, c, at + c, load(s.x + at + c), splat(0));
    }
  }
}

template <bool kRectified>
void pooled_gradient_sums_of(const PooledGradientSums& s, float* scratch, Range lines) {
  const long channels = s.g.input_channels;
  const Period period = period_of(channels);
  float* running_sums = scratch;
  float* running_products = scratch + period.floats;
  zero_run(scratch, 2 * period.floats);
  for_each_spread_gradient<kRectified>(s, lines, [&](long position, long c, long, V x, V gradient) {
    const long i = (position & (period.rows - 1)) * channels + c;
    store(running_sums + i, load(running_sums + i) + gradient);
    store(running_products + i, fma(gradient, x - load(s.mean + c), load(running_products + i)));
  });
  fold(channels, period, running_sums, s.sums);
  fold(channels, period, running_products, s.products);
}

void pooled_gradient_sums(const PooledGradientSums& s, float* scratch, Range lines) {
  const auto run = s.rectified ? pooled_gradient_sums_of<true> : pooled_gradient_sums_of<false>;
  run(s, scratch, lines);
}

long pooled_sums_scratch_floats(const PooledGradientSums& s) { return 2 * period_of(s.g.input_channels).floats; }

template <bool kRectified>
void combine_pooled_lines(const CombinePooled& s, Range lines) {
  for_each_spread_gradient<kRectified>(s, lines, [&](long, long c, long at, V x, V gradient) {
    store(s.dx + at, fma(gradient, load(s.a + c), fma(x, load(s.b + c), load(s.d + c))));
  });
}

void combine_pooled(const CombinePooled& s, Range lines) {
  const auto run = s.rectified ? combine_pooled_lines<true> : combine_pooled_lines<false>;
  run(s, lines);
}

constexpr PooledChannelKernels kPooledChannelKernels = {
    {scale_and_pool},
    {pooled_gradient_sums, pooled_sums_scratch_floats},
    {combine_pooled},
};
