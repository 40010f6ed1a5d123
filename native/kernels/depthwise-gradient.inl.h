// The gradient of a depthwise convolution's kernel. Each float of a pixel has a sum of its own at each tap: panels of 16 floats of a pixel ×
// taps. A tile, neighbouring taps of one vector, is kept in registers over some positions of a row. Each sum is one chain over bundles, rows
// and positions in ascending order, whatever the vectors' width; lanes are added at the end.

constexpr long kSumsPanel = 16;
// Taps along each axis of a tile: 9 sums at most are enough for each to be ready when its next product is.
constexpr int kTileTaps = 3;
// Positions for which a tile is kept: their pixels stay in the cache while all taps read them.
constexpr long kCorrelatedPositions = 16;

struct DepthwiseGradientTile {
  const float* x;  // of the first position at the tile's first tap
  const float* dy;
  long positions;
  long x_row_floats, x_position_floats;
  long pixel;
  float* sums;  // of the pixel's first float at the tile's first tap
  long taps, kernel_width;
};

template <int kRows, int kColumns>
void correlate_depthwise(const DepthwiseGradientTile& t) {
  for_each_vector_of(t.pixel, [&](long at, auto lanes) {
    float* sums = t.sums + at / kSumsPanel * t.taps * kSumsPanel + at % kSumsPanel;
    const auto place = [&](int r, int c) { return sums + (r * t.kernel_width + c) * kSumsPanel; };
    // Loops over sums are unrolled, or the compiler would keep them in memory.
    V sum[kRows][kColumns];
#pragma GCC unroll 3
    for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 3
      for (int c = 0; c < kColumns; c++) sum[r][c] = load(place(r, c));
    }
    const float* x = t.x + at;
    const float* dy = t.dy + at;
    for (long position = 0; position < t.positions; position++) {
      const V gradient = load(dy, lanes);
#pragma GCC unroll 3
      for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 3
        for (int c = 0; c < kColumns; c++) sum[r][c] = fma(load(x + r * t.x_row_floats + c * t.pixel, lanes), gradient, sum[r][c]);
      }
      x += t.x_position_floats;
      dy += t.pixel;
    }
#pragma GCC unroll 3
    for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 3
      for (int c = 0; c < kColumns; c++) store(place(r, c), sum[r][c]);
    }
  });
}

typedef void (*DepthwiseGradientFunction)(const DepthwiseGradientTile&);

// The functions of all tiles: [rows - 1][columns - 1].
constexpr DepthwiseGradientFunction kDepthwiseGradientTiles[kTileTaps][kTileTaps] = {
    {correlate_depthwise<1, 1>, correlate_depthwise<1, 2>, correlate_depthwise<1, 3>},
    {correlate_depthwise<2, 1>, correlate_depthwise<2, 2>, correlate_depthwise<2, 3>},
    {correlate_depthwise<3, 1>, correlate_depthwise<3, 2>, correlate_depthwise<3, 3>},
};

inline long depthwise_sums_floats(const DepthwiseKernelGradient& c) {
  const long pixel = c.g.input_channels * c.extent.lanes;
  return (pixel + kSumsPanel - 1) / kSumsPanel * c.g.kernel_rows() * kSumsPanel;
}

// Lanes are added four rows of sums at a time.
long depthwise_scratch_floats(const DepthwiseKernelGradient& c) { return depthwise_sums_floats(c) + 3 * kSumsPanel; }

// dF from the sums: one row of them is a channel's lanes, or 16 channels.
inline void fold_depthwise(const Geometry& g, long lanes, const float* sums, float* df) {
  const long taps = g.kernel_rows(), weights = g.groups * taps;
  if (lanes == 1) {
    for (long c = 0; c < g.groups; c++) {
      for (long tap = 0; tap < taps; tap++) df[c * taps + tap] = sums[(c / kSumsPanel * taps + tap) * kSumsPanel + c % kSumsPanel];
    }
    return;
  }
  for (long i = 0; i < weights; i += 4) {
    const V4 four = sum_lanes(sums + i * kSumsPanel);
    for (long j = 0; j < min(4, weights - i); j++) df[i + j] = four[j];
  }
}

void depthwise_kernel_gradient(const DepthwiseKernelGradient& c, float* scratch, Range bundles, Range rows) {
  const Geometry& g = c.g;
  const long pixel = g.input_channels * c.extent.lanes;
  const long input_row = g.input_width * pixel, output_row = g.output_width * pixel;
  DepthwiseGradientTile tile{};
  tile.x_row_floats = input_row;
  tile.x_position_floats = g.stride_x * pixel;
  tile.pixel = pixel;
  tile.taps = g.kernel_rows();
  tile.kernel_width = g.kernel_width;
  zero_run(scratch, depthwise_scratch_floats(c));
  for (long bundle = bundles.first; bundle < bundles.first + bundles.count; bundle++) {
    const float* x = c.x + bundle * g.input_height * input_row;
    const float* dy = c.dy + bundle * g.output_height * output_row;
    for (long oy = rows.first; oy < rows.first + rows.count; oy++) {
      const long top = oy * g.stride_y - g.pad_top;
      const Taps held_rows = taps_from(top, g.kernel_height, g.input_height, input_row);
      for_each_run(g, pixel, [&](long ox, long count, const Taps& held_columns) {
        const long left = ox * g.stride_x - g.pad_left;
        cut_evenly(count, kCorrelatedPositions, [&](long position, long positions) {
          tile.positions = positions;
          tile.dy = dy + oy * output_row + (ox + position) * pixel;
          cut_evenly(held_rows.end - held_rows.first, kTileTaps, [&](long row, long tile_rows) {
            cut_evenly(held_columns.end - held_columns.first, kTileTaps, [&](long column, long tile_columns) {
              const long ky = held_rows.first + row, kx = held_columns.first + column;
              tile.x = x + (top + ky) * input_row + (left + position * g.stride_x + kx) * pixel;
              tile.sums = scratch + (ky * g.kernel_width + kx) * kSumsPanel;
              kDepthwiseGradientTiles[tile_rows - 1][tile_columns - 1](tile);
            });
          });
        });
      });
    }
  }
  fold_depthwise(g, c.extent.lanes, scratch, c.df);
}
