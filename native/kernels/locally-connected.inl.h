// Convolution without sharing. A kernel of its own at each position is read for all images of a call, one position after another, so that it comes from
// memory once; vectors run along output channels, and along a window's rows for dX.

// Images whose sums are kept in registers while one weight after another is read.
constexpr int kLocalImages = 4;

// Rows of a kernel whose gradients are kept in registers while one image after another is read.
constexpr int kLocalRows = 4;

inline long position_weights(const Geometry& g) { return g.kernel_rows() * g.output_channels; }

// Calls visit(window, place, position) for some positions.
template <typename Visit>
inline void for_each_position(const Geometry& g, Range positions, Visit visit) {
  Position p = position_at(g, positions.first);
  for (long position = positions.first; position < positions.first + positions.count; position++, p.advance(g)) {
    visit(window_at(g, p), p, position);
  }
}

// Calls visit(input, row, count) for each row of a window's part inside the input: its elements' offset in the image, their row of the kernel's
// matrix, and how many they are.
template <typename Visit>
inline void for_each_window_row(const Geometry& g, const Window& w, const Position& p, Visit visit) {
  const long top = p.y * g.stride_y - g.pad_top;
  const long left = p.x * g.stride_x - g.pad_left;
  if (w.x1 <= w.x0) return;
  for (long y = w.y0; y < w.y1; y++) {
    visit((y * g.input_width + w.x0) * g.input_channels, ((y - top) * g.kernel_width + w.x0 - left) * g.input_channels,
          (w.x1 - w.x0) * g.input_channels);
  }
}

// The outputs of kImages images at one position; x, y and bias begin with the image's or the position's own.
template <int kImages>
inline void local_outputs(const Geometry& g, const Window& w, const Position& p, const float* x, const float* f, const float* bias,
                          float* y) {
  const long n = g.output_channels;
  for_each_vector(n, [&](long d, Mask mask) {
    V sum[kImages];
    for (int i = 0; i < kImages; i++) sum[i] = bias ? load(bias + d, mask) : splat(0);
    for_each_window_row(g, w, p, [&](long input, long row, long count) {
      for (long k = 0; k < count; k++) {
        const V weight = load(f + (row + k) * n + d, mask);
        for (int i = 0; i < kImages; i++) sum[i] = fma(splat(x[i * g.input_floats() + input + k]), weight, sum[i]);
      }
    });
    for (int i = 0; i < kImages; i++) store(y + i * g.output_floats() + d, sum[i], mask);
  });
}

void local_forward(const LocalForward& l, Range images) {
  const Geometry g = l.g;
  const long end = images.first + images.count;
  for_each_position(g, {0, g.positions()}, [&](const Window& w, const Position& p, long position) {
    const float* f = l.f + position * position_weights(g);
    const float* bias = l.bias ? l.bias + position * g.output_channels : nullptr;
    float* y = l.y + position * g.output_channels;
    long image = images.first;
    for (; image + kLocalImages <= end; image += kLocalImages) {
      local_outputs<kLocalImages>(g, w, p, l.x + image * g.input_floats(), f, bias, y + image * g.output_floats());
    }
    for (; image < end; image++) local_outputs<1>(g, w, p, l.x + image * g.input_floats(), f, bias, y + image * g.output_floats());
  });
}

long local_scratch_floats(const LocalInputGradient& l) { return position_weights(l.g); }

void local_input_gradient(const LocalInputGradient& l, float* scratch, Range images) {
  const Geometry g = l.g;
  const long n = g.output_channels;
  const long rows = g.kernel_rows();
  float* dx = l.dx;
  zero_run(dx + images.first * g.input_floats(), images.count * g.input_floats());
  for_each_position(g, {0, g.positions()}, [&](const Window& w, const Position& p, long position) {
    const float* f = l.f + position * position_weights(g);
    for (long row = 0; row < rows; row++) {
      for (long d = 0; d < n; d++) scratch[d * rows + row] = f[row * n + d];
    }
    for (long image = images.first; image < images.first + images.count; image++) {
      const float* dy = l.dy + image * g.output_floats() + position * n;
      for_each_window_row(g, w, p, [&](long input, long row, long count) {
        float* to = dx + image * g.input_floats() + input;
        for_each_vector(count, [&](long k, Mask mask) {
          V sum = load(to + k, mask);
          for (long d = 0; d < n; d++) sum = fma(splat(dy[d]), load(scratch + d * rows + row + k, mask), sum);
          store(to + k, sum, mask);
        });
      });
    }
  });
}

// Rows [row, row + kRows) of one position's dF; x and dy begin with the first image's own.
template <int kRows>
inline void local_kernel_rows(const Geometry& g, long images, const float* x, const float* dy, float* df) {
  const long n = g.output_channels;
  for_each_vector(n, [&](long d, Mask mask) {
    V sum[kRows] = {};
    for (long image = 0; image < images; image++) {
      const V gradient = load(dy + image * g.output_floats() + d, mask);
      for (int k = 0; k < kRows; k++) sum[k] = fma(splat(x[image * g.input_floats() + k]), gradient, sum[k]);
    }
    for (int k = 0; k < kRows; k++) store(df + k * n + d, sum[k], mask);
  });
}

void local_kernel_gradient(const LocalKernelGradient& l, long images, Range positions) {
  const Geometry g = l.g;
  const long n = g.output_channels;
  for_each_position(g, positions, [&](const Window& w, const Position& p, long position) {
    const float* dy = l.dy + position * n;
    float* df = l.df + position * position_weights(g);
    // Weights that reach into padding alone.
    zero_run(df, position_weights(g));
    for_each_window_row(g, w, p, [&](long input, long row, long count) {
      long k = 0;
      for (; k + kLocalRows <= count; k += kLocalRows) {
        local_kernel_rows<kLocalRows>(g, images, l.x + input + k, dy, df + (row + k) * n);
      }
      for (; k < count; k++) local_kernel_rows<1>(g, images, l.x + input + k, dy, df + (row + k) * n);
    });
  });
}

constexpr LocallyConnectedKernels kLocallyConnectedKernels = {
    {local_forward},
    {local_input_gradient, local_scratch_floats},
    {local_kernel_gradient},
};
