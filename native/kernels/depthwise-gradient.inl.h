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
  long pixel;  // from one pixel to the next
  long floats;  // of a pixel that are computed
  long dy_ahead, x_ahead;  // from a pixel to the one that tiles of the next row are the first to read
  float* sums;  // of the pixel's first float at the tile's first tap
  long taps, kernel_width;
};

template <int kRows, int kColumns>
void correlate_depthwise(const DepthwiseGradientTile& t) {
  for_each_vector_of(t.floats, [&](long at, auto lanes) {
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

// Tiles of kernels that are three wide, all columns of some of their rows: t.x is at the first position's own pixel.
template <int kRows>
struct CorrelateThrees {
  template <int kPositions, bool kFirst, bool kLast>
  struct Tile {
    static void run(const DepthwiseGradientTile& tile) {
      const DepthwiseGradientTile t = tile;
      for_each_vector_of(t.floats, [&](long at, auto lanes) __attribute__((always_inline)) {
        float* sums = t.sums + at / kSumsPanel * t.taps * kSumsPanel + at % kSumsPanel;
        const float* dy = t.dy + at;
        V gradient[kPositions];
#pragma GCC unroll 4
        for (int p = 0; p < kPositions; p++) {
          gradient[p] = load(dy + p * t.pixel, lanes);
          __builtin_prefetch(dy + p * t.pixel + t.dy_ahead, 0, 2);
          __builtin_prefetch(t.x + at + p * t.pixel + t.x_ahead, 0, 2);
        }
#pragma GCC unroll 3
        for (int r = 0; r < kRows; r++) {
          const float* x = t.x + r * t.x_row_floats + at;
          V sum[kThree];
#pragma GCC unroll 3
          for (int c = 0; c < kThree; c++) sum[c] = load(sums + (r * kThree + c) * kSumsPanel);
          for_each_of_threes<kPositions, kFirst, kLast>(
              [&](int pixel) __attribute__((always_inline)) { return load(x + pixel * t.pixel, lanes); },
              [&](int p, int c, V some) __attribute__((always_inline)) { sum[c] = fma(some, gradient[p], sum[c]); });
#pragma GCC unroll 3
          for (int c = 0; c < kThree; c++) store(sums + (r * kThree + c) * kSumsPanel, sum[c]);
        }
      });
    }
  };
};

constexpr ThreesTiles<DepthwiseGradientFunction> kThreesGradientTiles[kTileTaps] = {
    make_threes_tiles<DepthwiseGradientFunction, CorrelateThrees<1>::Tile>(),
    make_threes_tiles<DepthwiseGradientFunction, CorrelateThrees<2>::Tile>(),
    make_threes_tiles<DepthwiseGradientFunction, CorrelateThrees<3>::Tile>(),
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

// A row of outputs, whose tile is at its first pixel, at the input's first pixel of the kernel's first row, and at the first tap's sums. The
// kernel's rows `held` lie inside.
inline void correlate_row_of_threes(const DepthwiseGradientTile& origin, const Taps& held, long count) {
  DepthwiseGradientTile tile = origin;
  cut_evenly(held.end - held.first, kTileTaps, [&](long row, long rows) {
    const long ky = held.first + row;
    tile.sums = origin.sums + ky * kThree * kSumsPanel;
    tile.x_ahead = (held.end - ky) * origin.x_row_floats;
    for_each_tile_of_threes(kThreesGradientTiles[rows - 1], count, [&](long position, DepthwiseGradientFunction run) {
      tile.dy = origin.dy + position * origin.pixel;
      tile.x = origin.x + ky * origin.x_row_floats + position * origin.pixel;
      run(tile);
    });
  });
}

// The same for all other kernels.
inline void correlate_row(const Geometry& g, const DepthwiseGradientTile& origin, const Taps& held) {
  DepthwiseGradientTile tile = origin;
  for_each_run(g, origin.pixel, [&](long ox, long count, const Taps& columns) {
    cut_evenly(count, kCorrelatedPositions, [&](long position, long positions) {
      const long left = (ox + position) * g.stride_x - g.pad_left;
      tile.positions = positions;
      tile.dy = origin.dy + (ox + position) * origin.pixel;
      cut_evenly(held.end - held.first, kTileTaps, [&](long row, long tile_rows) {
        cut_evenly(columns.end - columns.first, kTileTaps, [&](long column, long tile_columns) {
          const long ky = held.first + row, kx = columns.first + column;
          tile.x = origin.x + ky * origin.x_row_floats + (left + kx) * origin.pixel;
          tile.sums = origin.sums + (ky * g.kernel_width + kx) * kSumsPanel;
          kDepthwiseGradientTiles[tile_rows - 1][tile_columns - 1](tile);
        });
      });
    });
  });
}

// Sums of this many bytes stay in the L1 while rows pass; those of a panel of channels may be more.
constexpr long kSumsBytes = 16 * 1024;

void depthwise_kernel_gradient(const DepthwiseKernelGradient& c, float* scratch, Range bundles, Range rows) {
  const Geometry& g = c.g;
  const long lanes = c.extent.lanes, taps = g.kernel_rows(), pixel = g.input_channels * lanes;
  const long input_row = g.input_width * pixel, output_row = g.output_width * pixel;
  const bool threes = is_three_wide(g);
  DepthwiseGradientTile tile{};
  tile.x_row_floats = input_row;
  tile.x_position_floats = g.stride_x * pixel;
  tile.pixel = pixel;
  tile.dy_ahead = output_row;
  tile.taps = taps;
  tile.kernel_width = g.kernel_width;
  zero_run(scratch, depthwise_scratch_floats(c));
  for_each_part(g, kSumsBytes / (lanes * taps * long(sizeof(float))), [&](long channel, long channels) {
    tile.floats = channels * lanes;
    tile.sums = scratch + channel * lanes * taps;
    for (long bundle = bundles.first; bundle < bundles.first + bundles.count; bundle++) {
      for (long oy = rows.first; oy < rows.first + rows.count; oy++) {
        const long top = oy * g.stride_y - g.pad_top;
        const Taps held = taps_from(top, g.kernel_height, g.input_height, input_row);
        tile.dy = c.dy + (bundle * g.output_height + oy) * output_row + channel * lanes;
        tile.x = c.x + (bundle * g.input_height + top) * input_row + channel * lanes;
        if (threes) {
          correlate_row_of_threes(tile, held, g.output_width);
        } else {
          correlate_row(g, tile, held);
        }
      }
    }
  });
  fold_depthwise(g, lanes, scratch, c.df);
}
