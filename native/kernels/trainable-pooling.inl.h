// Pooling with a scale and a bias for each channel.

inline V sum_window(const Geometry& g, const Window& w, const float* from, Mask mask) {
  V sum = splat(0);
  for_each_pixel(g, w, [&](long pixel) { sum += load(from + pixel, mask); });
  return sum;
}

void trainable_pooling_forward(const TrainablePoolingForward& p, Range images) {
  const Geometry g = p.g;
  const float* x = p.x;
  const float* scale = p.scale;
  const float* bias = p.bias;
  float* y = p.y;
  const float* shares = p.shares;
  for_each_window(g, images, [&](const Window& w, long image, long position, long output) {
    const V share = splat(shares[position]);
    for_each_vector(g.input_channels, [&](long c, Mask mask) {
      const V down = sum_window(g, w, x + image + c, mask) * share;
      store(y + output + c, fma(down, load(scale + c, mask), load(bias + c, mask)), mask);
    });
  });
}

// The windows' means or sums are found again, which costs less than keeping them. A channel's sums are one chain over ascending windows,
// whatever the vectors' width. dx may be null.
void trainable_pooling_backward(const TrainablePoolingBackward& p, Range images) {
  const Geometry g = p.g;
  const float* x = p.x;
  const float* dy = p.dy;
  const float* scale = p.scale;
  float* dx = p.dx;
  float* d_scale = p.d_scale;
  float* d_bias = p.d_bias;
  const float* shares = p.shares;
  zero_run(d_scale, g.input_channels);
  zero_run(d_bias, g.input_channels);
  if (dx) zero_run(dx + images.first * g.input_floats(), images.count * g.input_floats());
  for_each_window(g, images, [&](const Window& w, long image, long position, long output) {
    const V share = splat(shares[position]);
    for_each_vector(g.input_channels, [&](long c, Mask mask) {
      const V gradient = load(dy + output + c, mask);
      const V down = sum_window(g, w, x + image + c, mask) * share;
      store(d_scale + c, fma(gradient, down, load(d_scale + c, mask)), mask);
      store(d_bias + c, load(d_bias + c, mask) + gradient, mask);
      if (!dx) return;
      const V spread = gradient * load(scale + c, mask) * share;
      for_each_pixel(g, w, [&](long pixel) {
        float* at = dx + image + pixel + c;
        store(at, load(at, mask) + spread, mask);
      });
    });
  });
}
