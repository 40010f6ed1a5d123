// Convolution as three products (chapter 15, equations 15.25, 15.38, 15.48). Blocks of phi(X) are packed straight from the input
// into the product's panels; the matrix is never written out. Groups follow one another; each has a matrix F of its own, H·W·cIn ×
// cOut of the group's channels.

// Positions whose dPhi = dY F^T is held at a time before it is scattered, and its columns: 168 KiB.
constexpr long kScatterRows = 84;
constexpr long kScatterColumns = 16 * PANEL_COLUMNS;

// Positions summed in registers by the kernel gradient, and the columns of dY packed for them: the panel's block is 16 KiB, all 256 KiB.
constexpr long kPositionDepth = 128;
constexpr long kGradientPanels = 16;

template <typename Descriptor>
long convolution_scratch_floats(const Descriptor& convolution) {
  const Geometry& g = convolution.g;
  const long forward = kBlockRows * kBlockStride;
  const long scatter = kScatterRows * (kBlockStride + min(kScatterColumns, g.kernel_rows()));
  const long panels = min(kGradientPanels, count_panels(g.group_outputs()));
  const long gradient = kPositionDepth * (kBlockStride + panels * PANEL_COLUMNS);
  return max(forward, max(scatter, gradient));
}

// `packed`, `bias` and `y` begin with the group's own.
inline void convolve_group(const Geometry& g, long group, const float* x, const float* packed, const float* bias, float* y, float* scratch,
                           Range images) {
  const long k = g.kernel_rows();
  const long n = g.group_outputs();
  const long end = (images.first + images.count) * g.positions();
  for (long row = images.first * g.positions(); row < end; row += kBlockRows) {
    const long rows = min(kBlockRows, end - row);
    for (long k0 = 0; k0 < k; k0 += kDepth) {
      const long depth = min(kDepth, k - k0);
      pack_im2row(g, group, x, row, rows, k0, k0 + depth, scratch);
      for (long column = 0; column < n; column += PANEL_COLUMNS) {
        multiply_panel<Layout::kRows>(PanelProduct{scratch, rows, packed + column * k + k0 * PANEL_COLUMNS, depth,
                                                   y + row * g.output_channels + column, g.output_channels, min(PANEL_COLUMNS, n - column),
                                                   k0 > 0 ? Start::kAccumulate
                                                   : bias ? Start::kBias
                                                          : Start::kZero,
                                                   bias ? bias + column : nullptr});
      }
    }
  }
}

void convolution_forward(const ConvolutionForward& c, float* scratch, Range images) {
  const Geometry& g = c.g;
  const long n = g.group_outputs();
  for (long group = 0; group < g.groups; group++) {
    convolve_group(g, group, c.x, c.packed + group * packed_floats(g.kernel_rows(), n), c.bias ? c.bias + group * n : nullptr,
                   c.y + group * n, scratch, images);
  }
}

// `dy` and `packed` begin with the group's own; adds to dx.
inline void scatter_group(const Geometry& g, long group, const float* dy, const float* packed, float* dx, float* scratch, Range images) {
  const long k = g.kernel_rows();
  const long n = g.group_outputs();
  const long end = (images.first + images.count) * g.positions();
  const long width = min(kScatterColumns, k);
  float* d_phi = scratch + kScatterRows * kBlockStride;
  for (long row = images.first * g.positions(); row < end; row += kScatterRows) {
    const long rows = min(kScatterRows, end - row);
    for (long k0 = 0; k0 < k; k0 += kScatterColumns) {
      const long k1 = min(k, k0 + kScatterColumns);
      for (long n0 = 0; n0 < n; n0 += kDepth) {
        const long depth = min(kDepth, n - n0);
        for (long i = 0; i < rows; i++) copy_run(scratch + i * kBlockStride, dy + (row + i) * g.output_channels + n0, depth);
        for (long column = k0; column < k1; column += PANEL_COLUMNS) {
          multiply_panel<Layout::kRows>(PanelProduct{scratch, rows, packed + column * n + n0 * PANEL_COLUMNS, depth, d_phi + (column - k0),
                                                     width, min(PANEL_COLUMNS, k1 - column), n0 > 0 ? Start::kAccumulate : Start::kZero,
                                                     nullptr});
        }
      }
      add_row2im(g, group, dx, row, rows, k0, k1, d_phi, width);
    }
  }
}

void convolution_input_gradient(const ConvolutionInputGradient& c, float* scratch, Range images) {
  const Geometry& g = c.g;
  const long n = g.group_outputs();
  zero_run(c.dx + images.first * g.input_floats(), images.count * g.input_floats());
  for (long group = 0; group < g.groups; group++) {
    scatter_group(g, group, c.dy + group * n, c.packed + group * packed_floats(n, g.kernel_rows()), c.dx, scratch, images);
  }
}

// `dy` and `df` begin with the group's own; `kernel_rows` are rows of its matrix.
inline void correlate_group(const Geometry& g, long group, const float* x, const float* dy, float* df, float* scratch, Range images,
                            Range kernel_rows) {
  const long n = g.group_outputs();
  const long begin = images.first * g.positions();
  const long end = begin + images.count * g.positions();
  const long last_k = kernel_rows.first + kernel_rows.count;
  float* panels = scratch + kPositionDepth * kBlockStride;
  if (begin == end) zero_run(df + kernel_rows.first * n, kernel_rows.count * n);
  for (long n0 = 0; n0 < n; n0 += kGradientPanels * PANEL_COLUMNS) {
    const long n1 = min(n, n0 + kGradientPanels * PANEL_COLUMNS);
    for (long row = begin; row < end; row += kPositionDepth) {
      const long depth = min(kPositionDepth, end - row);
      for (long column = n0; column < n1; column += PANEL_COLUMNS) {
        float* panel = panels + (column - n0) * kPositionDepth;
        const long columns = min(PANEL_COLUMNS, n1 - column);
        for (long i = 0; i < depth; i++) {
          copy_run(panel + i * PANEL_COLUMNS, dy + (row + i) * g.output_channels + column, columns);
          zero_run(panel + i * PANEL_COLUMNS + columns, PANEL_COLUMNS - columns);
        }
      }
      for (long k0 = kernel_rows.first; k0 < last_k; k0 += kDepth) {
        const long k1 = min(last_k, k0 + kDepth);
        pack_im2row(g, group, x, row, depth, k0, k1, scratch);
        for (long column = n0; column < n1; column += PANEL_COLUMNS) {
          multiply_panel<Layout::kTransposed>(PanelProduct{scratch, k1 - k0, panels + (column - n0) * kPositionDepth, depth,
                                                           df + k0 * n + column, n, min(PANEL_COLUMNS, n1 - column),
                                                           row > begin ? Start::kAccumulate : Start::kZero, nullptr});
        }
      }
    }
  }
}

void convolution_kernel_gradient(const ConvolutionKernelGradient& c, float* scratch, Range images, Range kernel_rows) {
  const Geometry& g = c.g;
  const long k = g.kernel_rows();
  const long n = g.group_outputs();
  const long end = kernel_rows.first + kernel_rows.count;
  for (long group = kernel_rows.first / k; group * k < end; group++) {
    const long first = max(0, kernel_rows.first - group * k);
    const long last = min(k, end - group * k);
    correlate_group(g, group, c.x, c.dy + group * n, c.df + group * k * n, scratch, images, Range{first, last - first});
  }
}

constexpr ConvolutionKernels kConvolutionKernels = {
    {convolution_forward, convolution_scratch_floats},
    {convolution_input_gradient, convolution_scratch_floats},
    {convolution_kernel_gradient, convolution_scratch_floats},
};
