// Convolution on bundles of 16 images (see lanes.inl.h). A tile of outputs, neighbouring positions × neighbouring channels, is kept in
// registers while it gathers its products over the taps of the kernel that lie inside the input.

// The positions of a tile of so many channels, kLaneTileChannels at most, follow from the registers.
constexpr int tile_positions(int channels) {
  int positions = 1;
  // Accumulators, one input a position and one weight.
  while ((positions + 1) * channels + (positions + 1) + 2 <= kVectorRegisters && positions < 8) positions++;
  return positions;
}

// Channels whose weights are laid side by side in wide layers.
constexpr long kPanelChannels = 16;

// Taps of one axis that reach inside: first, first + step, ... below end; a step moves the input by `stride` floats.
struct Taps {
  long first, end, step;
  long stride;
};

// Rounded towards zero; `divide_up` of numbers that are not negative. Strides and dilations are nearly always 1, and a division takes as long as
// many multiply-adds.
inline long divide(long a, long b) { return b == 1 ? a : a / b; }
inline long divide_up(long a, long b) { return divide(a + b - 1, b); }
inline bool is_multiple(long a, long b) { return b == 1 || a % b == 0; }

inline long greatest_common_divisor(long a, long b) {
  if (a == 1 || b == 1) return 1;
  return b == 0 ? a : greatest_common_divisor(b, a % b);
}

// What changes from tile to tile stands apart: neighbours would be read in one piece, which is slow right behind a write of one of them.
struct LaneTile {
  const float* x;  // input of the tile's first position at tap (0, 0), which may lie outside
  Taps rows;
  float* y;  // of the first position and channel; channels 16 floats apart
  Taps columns;
  long depth;  // channels summed over, 16 floats apart
  long position_floats;  // from one position's input to the next one's
  const float* weights;  // of tap (0, 0), first channel summed over, first channel of the tile
  long row_weights, column_weights, depth_weights, channel_weights;  // strides
  const float* bias;  // or null
  long y_position_floats;
};

template <typename Vector, int kPositions, int kChannels>
void gather_tile(const LaneTile& t) {
  // Loops over sums are unrolled, or the compiler would keep them in memory.
  Vector sum[kPositions][kChannels];
#pragma GCC unroll 9
  for (int c = 0; c < kChannels; c++) {
    const Vector start = splat_as<Vector>(t.bias ? t.bias[c] : 0.0f);
#pragma GCC unroll 8
    for (int p = 0; p < kPositions; p++) sum[p][c] = start;
  }
  const float* row = t.x;
  for (long ky = t.rows.first; ky < t.rows.end; ky += t.rows.step, row += t.rows.stride) {
    const float* x = row;
    for (long kx = t.columns.first; kx < t.columns.end; kx += t.columns.step, x += t.columns.stride) {
      const float* w = t.weights + ky * t.row_weights + kx * t.column_weights;
      const float* from = x;
      // What the next but one tap reads of a wide layer lies nowhere near.
#pragma GCC unroll 9
      for (int c = 0; c < kChannels; c++) __builtin_prefetch(w + 2 * t.column_weights + c * t.channel_weights);
      for (long k = 0; k < t.depth; k++) {
        Vector value[kPositions];
#pragma GCC unroll 8
        for (int p = 0; p < kPositions; p++) value[p] = load_as<Vector>(from + p * t.position_floats);
#pragma GCC unroll 9
        for (int c = 0; c < kChannels; c++) {
          const Vector weight = splat_as<Vector>(w[c * t.channel_weights]);
#pragma GCC unroll 8
          for (int p = 0; p < kPositions; p++) sum[p][c] = fma(weight, value[p], sum[p][c]);
        }
        from += BUNDLE_IMAGES;
        w += t.depth_weights;
      }
    }
  }
#pragma GCC unroll 8
  for (int p = 0; p < kPositions; p++) {
#pragma GCC unroll 9
    for (int c = 0; c < kChannels; c++) store_as(t.y + p * t.y_position_floats + c * BUNDLE_IMAGES, sum[p][c]);
  }
}

typedef void (*LaneTileFunction)(const LaneTile&);

// The functions of all tiles: [channels - 1][positions - 1].
constexpr int kMaxTilePositions = 8;
struct LaneTileTable {
  LaneTileFunction function[kLaneTileChannels][kMaxTilePositions] = {};
  int positions[kLaneTileChannels] = {};
};

template <typename Vector, int kChannels = kLaneTileChannels, int kPositions = tile_positions(kChannels)>
constexpr void fill_table(LaneTileTable& table) {
  table.function[kChannels - 1][kPositions - 1] = gather_tile<Vector, kPositions, kChannels>;
  if (kPositions > table.positions[kChannels - 1]) table.positions[kChannels - 1] = kPositions;
  if constexpr (kPositions > 1) {
    fill_table<Vector, kChannels, kPositions - 1>(table);
  } else if constexpr (kChannels > 1) {
    fill_table<Vector, kChannels - 1>(table);
  }
}

template <typename Vector>
constexpr LaneTileTable make_lane_tiles() {
  LaneTileTable table;
  fill_table<Vector>(table);
  return table;
}

constexpr LaneTileTable kLaneTiles = make_lane_tiles<V>();
constexpr LaneTileTable kHalfLaneTiles = make_lane_tiles<Half>();

// Cuts [0, n) into pieces of at most `most`, as even as can be, and calls visit(first, count).
template <typename Visit>
inline void cut_evenly(long n, long most, Visit visit) {
  if (n <= most) {
    if (n > 0) visit(0, n);
    return;
  }
  // Piece i ends at (i + 1)·n / pieces, rounded down.
  const long pieces = divide_up(n, most), least = n / pieces, rest = n - least * pieces;
  for (long first = 0, part = rest; first < n;) {
    const bool longer = part >= pieces;
    visit(first, least + longer);
    first += least + longer;
    part += rest - longer * pieces;
  }
}

// Calls the tiles of one row of outputs whose taps are the same: `count` positions, all channels, the lanes in use. The others become zero.
// `tile` is of the first of them, before and afterwards. It is changed rather than copied: a copy is read in wide pieces, for which a core waits
// until all that it has written before is in the cache, the outputs of other tiles too.
inline void gather_row(LaneTile& tile, long count, long channels, long used_lanes) {
  const float *x = tile.x, *weights = tile.weights, *bias = tile.bias;
  float* y = tile.y;
  const bool whole = used_lanes == BUNDLE_IMAGES;
  const LaneTileTable& tiles = whole ? kLaneTiles : kHalfLaneTiles;
  const long vector = whole ? kLanes : width<Half>();
  for (long lane = 0; lane < used_lanes; lane += vector) {
    cut_evenly(channels, kLaneTileChannels, [&](long channel, long tile_channels) {
      cut_evenly(count, tiles.positions[tile_channels - 1], [&](long position, long positions) {
        tile.x = x + position * tile.position_floats + lane;
        tile.y = y + position * tile.y_position_floats + channel * BUNDLE_IMAGES + lane;
        tile.weights = weights + channel * tile.channel_weights;
        tile.bias = bias ? bias + channel : nullptr;
        tiles.function[tile_channels - 1][positions - 1](tile);
      });
    });
  }
  tile.x = x;
  tile.y = y;
  tile.weights = weights;
  tile.bias = bias;
  if (whole) return;
  for (long position = 0; position < count; position++) {
    clear_lanes_of(y + position * tile.y_position_floats, kHalfBundle, {0, channels});
  }
}

// Of neighbouring bundles: how many, and from one to the next.
struct TileBundles {
  long count, x_floats, y_floats;
  long used_lanes;
};

// One row of outputs whose taps are the same, of each of some bundles. Where a bundle has fewer positions than there are bundles, a tile holds one
// position of several bundles in place of several of one: the more there are in it, the less often weights are read.
inline void gather_row_of_bundles(LaneTile& tile, long count, long channels, const TileBundles& bundles) {
  const bool across = count < bundles.count;
  const long position_floats = tile.position_floats, y_position_floats = tile.y_position_floats;
  if (across) {
    tile.position_floats = bundles.x_floats;
    tile.y_position_floats = bundles.y_floats;
  }
  for (long i = 0; i < (across ? count : bundles.count); i++) {
    gather_row(tile, across ? bundles.count : count, channels, bundles.used_lanes);
    tile.x += across ? position_floats : bundles.x_floats;
    tile.y += across ? y_position_floats : bundles.y_floats;
  }
  tile.position_floats = position_floats;
  tile.y_position_floats = y_position_floats;
}

// A kernel's weights for some output channels: those of one tap and input channel lie side by side, `stride` floats behind those of the one before.
struct TapWeights {
  const float* weights;
  long stride;
};

// Weights of at least so many output channels are packed before they are read: from one tap's to the next it would be a large power of two of
// bytes, for which there are but a few places in the L1 and no prefetching. So many floats are packed at a time, at outputs of so many positions.
constexpr long kMinPackedChannels = 128, kPackedFloats = 160 * 1024, kMinPackedPositions = 8;
// Rows of weights that are fetched ahead.
constexpr long kPackedAhead = 16;

// Output channels whose weights are packed at a time; 0 for none.
inline long packed_channels(const Geometry& g) {
  if (g.output_channels < kMinPackedChannels || g.output_channels % kPanelChannels != 0) return 0;
  return max(1, kPackedFloats / (g.kernel_rows() * kPanelChannels)) * kPanelChannels;
}

// Panels of 16 channels, one behind the other; a last one may have fewer.
inline void pack_weights(const TapWeights& f, long rows, long channels, float* to) {
  for (long row = 0; row < rows; row++) {
    const float* from = f.weights + row * f.stride;
    for (long c = 0; c < channels; c += kPanelChannels) {
      __builtin_prefetch(from + kPackedAhead * f.stride + c);
      copy_run(to + c * rows + row * kPanelChannels, from + c, min(kPanelChannels, channels - c));
    }
  }
}

// Rows of some channels of the outputs of some bundles, which compute so many lanes.
inline void gather_forward(const ConvolutionForwardLanes& c, const TapWeights& f, Range some, long used_lanes, Range rows, Range channels) {
  const Geometry& g = c.g;
  const TileBundles bundles{some.count, long(bundle_floats(g.input_floats())), long(bundle_floats(g.output_floats())), used_lanes};
  const float* x = c.x + some.first * bundles.x_floats;
  float* y = c.y + some.first * bundles.y_floats + channels.first * BUNDLE_IMAGES;
  const long n = g.output_channels;
  const long pixel = g.input_channels * BUNDLE_IMAGES;
  LaneTile tile{};
  tile.depth = g.input_channels;
  tile.position_floats = g.stride_x * pixel;
  tile.row_weights = g.kernel_width * (g.input_channels * f.stride);
  tile.column_weights = g.input_channels * f.stride;
  tile.depth_weights = f.stride;
  tile.channel_weights = 1;
  tile.weights = f.weights;
  tile.bias = c.bias ? c.bias + channels.first : nullptr;
  tile.y_position_floats = n * BUNDLE_IMAGES;
  // Tap k of a window that starts there lies inside the input if 0 <= start + k·dilation < size.
  const auto taps = [](long start, long kernel, long dilation, long size, long floats) {
    return Taps{divide_up(max(0, -start), dilation), min(kernel, divide_up(max(0, size - start), dilation)), 1, dilation * floats};
  };
  const long reach = long(g.kernel_width - 1) * g.dilation_x + 1;
  for (long oy = rows.first; oy < rows.first + rows.count; oy++) {
    const long top = oy * g.stride_y - g.pad_top;
    tile.rows = taps(top, g.kernel_height, g.dilation_y, g.input_height, g.input_width * pixel);
    for (long ox = 0; ox < g.output_width;) {
      const long left = ox * g.stride_x - g.pad_left;
      tile.columns = taps(left, g.kernel_width, g.dilation_x, g.input_width, pixel);
      // Positions from here on whose windows lie inside from left to right.
      const long last = divide(g.input_width - reach + g.pad_left, g.stride_x);
      const bool inside = left >= 0 && left + reach <= g.input_width;
      const long count = inside ? min(g.output_width, last + 1) - ox : 1;
      tile.x = x + ((top + tile.rows.first * g.dilation_y) * g.input_width + left + tile.columns.first * g.dilation_x) * pixel;
      if (g.dilation_x == 1) {
        // Neighbouring taps' inputs and weights lie one behind the other, so a row of them is one longer sum.
        tile.depth = max(0, tile.columns.end - tile.columns.first) * g.input_channels;
        tile.columns.end = min(tile.columns.end, tile.columns.first + 1);
      }
      tile.y = y + (oy * g.output_width + ox) * tile.y_position_floats;
      gather_row_of_bundles(tile, count, channels.count, bundles);
      ox += count;
    }
  }
}

long packed_floats(const ConvolutionForwardLanes& c) { return packed_channels(c.g) * c.g.kernel_rows(); }

void convolution_forward_lanes(const ConvolutionForwardLanes& c, float* scratch, Range bundles, long images, Range rows, Range channels) {
  const Geometry& g = c.g;
  const auto gather = [&](const TapWeights& f, Range part) {
    visit_bundles(bundles, images, [&](Range some, long lanes) { gather_forward(c, f, some, lanes, rows, part); });
  };
  const long most = packed_channels(g);
  if (most == 0 || bundles.count * rows.count * g.output_width < kMinPackedPositions) {
    gather({c.f + channels.first, g.output_channels}, channels);
    return;
  }
  for (long first = 0; first < channels.count; first += most) {
    const long count = min(most, channels.count - first);
    pack_weights({c.f + channels.first + first, g.output_channels}, g.kernel_rows(), count, scratch);
    for (long panel = 0; panel < count; panel += kPanelChannels) {
      gather({scratch + panel * g.kernel_rows(), kPanelChannels}, {channels.first + first + panel, min(kPanelChannels, count - panel)});
    }
  }
}

// The same of dX: each input pixel gathers from the outputs whose windows hold it, a convolution with the turned kernel.
inline void gather_backward(const ConvolutionInputGradientLanes& c, Range some, long used_lanes, Range rows, Range channels) {
  const Geometry& g = c.g;
  const TileBundles bundles{some.count, long(bundle_floats(g.output_floats())), long(bundle_floats(g.input_floats())), used_lanes};
  const float* dy = c.dy + some.first * bundles.x_floats;
  float* dx = c.dx + some.first * bundles.y_floats + channels.first * BUNDLE_IMAGES;
  const long n = g.output_channels;
  const long pixel = n * BUNDLE_IMAGES;
  LaneTile tile{};
  tile.depth = n;
  tile.position_floats = pixel;
  tile.row_weights = g.kernel_width * (g.input_channels * n);
  tile.column_weights = g.input_channels * n;
  tile.depth_weights = 1;
  tile.channel_weights = n;
  tile.weights = c.f + channels.first * n;
  tile.y_position_floats = g.input_channels * BUNDLE_IMAGES;
  // The pixel at padded place p is at tap k of the output o = (p - k·dilation) / stride, which must be whole and inside [0, size). It is whole
  // again stride / d taps on, d being the greatest common divisor of stride and dilation, and dilation / d outputs before.
  const auto taps = [](long place, long kernel, long dilation, long size, long stride, long floats) {
    const long divisor = greatest_common_divisor(stride, dilation);
    const long end = min(kernel, divide(place, dilation) + 1);
    long first = divide_up(max(0, place - (size - 1) * stride), dilation);
    while (first < end && !is_multiple(place - first * dilation, stride)) first++;
    return Taps{first, end, divide(stride, divisor), -divide(dilation, divisor) * floats};
  };
  const long reach = long(g.kernel_width - 1) * g.dilation_x + 1;
  for (long y = rows.first; y < rows.first + rows.count; y++) {
    const long place_y = y + g.pad_top;
    tile.rows = taps(place_y, g.kernel_height, g.dilation_y, g.output_height, g.stride_y, g.output_width * pixel);
    for (long x = 0; x < g.input_width;) {
      const long place_x = x + g.pad_left;
      tile.columns = taps(place_x, g.kernel_width, g.dilation_x, g.output_width, g.stride_x, pixel);
      // Pixels from here on that are held by windows at every tap.
      const bool inside = g.stride_x == 1 && place_x >= reach - 1 && place_x < g.output_width;
      const long count = inside ? min(g.input_width, g.output_width - g.pad_left) - x : 1;
      const long output_y = divide(place_y - tile.rows.first * g.dilation_y, g.stride_y);
      tile.x = dy + (output_y * g.output_width + divide(place_x - tile.columns.first * g.dilation_x, g.stride_x)) * pixel;
      tile.y = dx + (y * g.input_width + x) * tile.y_position_floats;
      gather_row_of_bundles(tile, count, channels.count, bundles);
      x += count;
    }
  }
}

void convolution_input_gradient_lanes(const ConvolutionInputGradientLanes& c, Range bundles, long images, Range rows, Range channels) {
  visit_bundles(bundles, images, [&](Range some, long lanes) { gather_backward(c, some, lanes, rows, channels); });
}

#include "convolution-lanes-gradient.inl.h"

constexpr LaneConvolutionKernels kLaneConvolutionKernels = {
    {convolution_forward_lanes, packed_floats},
    {convolution_input_gradient_lanes},
    {convolution_kernel_gradient_lanes},
};
