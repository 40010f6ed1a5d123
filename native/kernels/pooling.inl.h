// Max and average pooling over n×h×w×c; vectors run along the channels.

// The part of a window that lies inside the input.
struct Window {
  long y0, y1, x0, x1;
};

inline Window window_at(const Geometry& g, const Position& p) {
  const long top = p.y * g.stride_y - g.pad_top;
  const long left = p.x * g.stride_x - g.pad_left;
  return Window{max(0, top), min(g.input_height, top + g.kernel_height), max(0, left), min(g.input_width, left + g.kernel_width)};
}

// Calls visit(window, image, position, output) for each output position: `image` is the offset of its image in the input, `position` its own
// place in the map, `output` its own offset.
template <typename Visit>
inline void for_each_window(const Geometry& g, Range images, Visit visit) {
  const long begin = images.first * g.positions();
  Position p = position_at(g, begin);
  for (long i = 0; i < images.count * g.positions(); i++, p.advance(g)) {
    visit(window_at(g, p), p.image * g.input_floats(), p.y * g.output_width + p.x, (begin + i) * g.output_channels);
  }
}

// Calls visit(offset) for each pixel of a window, in row order, with its offset in the image.
template <typename Visit>
inline void for_each_pixel(const Geometry& g, const Window& w, Visit visit) {
  for (long y = w.y0; y < w.y1; y++) {
    for (long x = w.x0; x < w.x1; x++) visit((y * g.input_width + x) * g.input_channels);
  }
}

// The greatest of some values, the first of equals; NaN once one is not finite, be it one that never is the greatest.
struct Greatest {
  V best;
  V witness = splat(0);

  void meet(V value) {
    best = best >= value ? best : value;
    witness = fma(value, splat(0), witness);
  }
  V found() const { return witness == splat(0) ? best : witness; }
};

void max_pooling_forward(const MaxPoolingForward& p, Range images) {
  const Geometry g = p.g;
  const float* x = p.x;
  float* y = p.y;
  for_each_window(g, images, [&](const Window& w, long image, long, long output) {
    for_each_vector(g.input_channels, [&](long c, Mask mask) {
      const float* from = x + image + c;
      Greatest greatest{load(from + (w.y0 * g.input_width + w.x0) * g.input_channels, mask)};
      for_each_pixel(g, w, [&](long pixel) { greatest.meet(load(from + pixel, mask)); });
      store(y + output + c, greatest.found(), mask);
    });
  });
}

// Whether each pixel lies in one window.
inline bool tiles_input(const Geometry& g) {
  return g.stride_y == g.kernel_height && g.stride_x == g.kernel_width && g.pad_top == 0 && g.pad_left == 0 &&
         g.output_height * g.stride_y >= g.input_height && g.output_width * g.stride_x >= g.input_width;
}

template <bool kTiles>
void spread_to_greatest(const MaxPoolingBackward& p, Range images) {
  const Geometry g = p.g;
  const float* x = p.x;
  const float* y = p.y;
  const float* dy = p.dy;
  float* dx = p.dx;
  if (!kTiles) zero_run(dx + images.first * g.input_floats(), images.count * g.input_floats());
  for_each_window(g, images, [&](const Window& w, long image, long, long output) {
    for_each_vector(g.input_channels, [&](long c, Mask mask) {
      const V best = load(y + output + c, mask);
      const V gradient = load(dy + output + c, mask);
      VI open = splat(0) == splat(0);
      for_each_pixel(g, w, [&](long pixel) {
        const long at = image + pixel + c;
        const VI wins = (load(x + at, mask) == best) & open;
        open &= ~wins;
        store(dx + at, (kTiles ? splat(0) : load(dx + at, mask)) + (V)(wins & (VI)gradient), mask);
      });
    });
  });
}

void max_pooling_backward(const MaxPoolingBackward& p, Range images) {
  const auto spread = tiles_input(p.g) ? spread_to_greatest<true> : spread_to_greatest<false>;
  spread(p, images);
}

void average_pooling_forward(const AveragePoolingForward& p, Range images) {
  const Geometry g = p.g;
  const float* x = p.x;
  float* y = p.y;
  const float* shares = p.shares;
  for_each_window(g, images, [&](const Window& w, long image, long position, long output) {
    const V share = splat(shares[position]);
    for_each_vector(g.input_channels, [&](long c, Mask mask) {
      V sum = splat(0);
      for_each_pixel(g, w, [&](long pixel) { sum += load(x + image + pixel + c, mask); });
      store(y + output + c, sum * share, mask);
    });
  });
}

void average_pooling_backward(const AveragePoolingBackward& p, Range images) {
  const Geometry g = p.g;
  const float* dy = p.dy;
  float* dx = p.dx;
  const float* shares = p.shares;
  zero_run(dx + images.first * g.input_floats(), images.count * g.input_floats());
  for_each_window(g, images, [&](const Window& w, long image, long position, long output) {
    const V share = splat(shares[position]);
    for_each_vector(g.input_channels, [&](long c, Mask mask) {
      const V gradient = load(dy + output + c, mask) * share;
      for_each_pixel(g, w, [&](long pixel) {
        float* at = dx + image + pixel + c;
        store(at, load(at, mask) + gradient, mask);
      });
    });
  });
}

#include "trainable-pooling.inl.h"

constexpr PoolingKernels kPoolingKernels = {
    {max_pooling_forward},      {max_pooling_backward},      {average_pooling_forward},
    {average_pooling_backward}, {trainable_pooling_forward}, {trainable_pooling_backward},
};
