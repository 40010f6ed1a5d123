// Convolution of each channel by a kernel of its own. A pixel is channels × lanes floats, cut into vectors; where images lie in lanes a
// vector is one channel, else neighbouring ones, and only its weights differ by that. A tile, neighbouring positions of one row, is kept in
// registers while it gathers its products over the taps that lie inside; tiles of all vectors of the pixels follow each other, so that
// memory is read along pixels.

constexpr int kDepthwisePositions = 8;

// A whole vector, in the place of a mask.
struct AllLanes {};
inline V load(const float* p, AllLanes) { return load(p); }
inline void store(float* p, V v, AllLanes) { store(p, v); }

// Calls visit(offset, lanes) for each vector of a pixel.
template <typename Visit>
inline void for_each_vector_of(long pixel, Visit visit) {
  long at = 0;
  for (; at + kLanes <= pixel; at += kLanes) visit(at, AllLanes{});
  if (at < pixel) visit(at, first_lanes(pixel - at));
}

struct DepthwiseTile {
  const float* x;  // input of the first position at its first tap
  Taps rows, columns;
  long position_floats;  // from one position's input to the next one's
  float* y;
  long y_position_floats;
  long floats;  // of a pixel that are computed
  const float* packed;
  long taps, kernel_width;
  const float* bias;  // or null
  const float* ahead;  // the row of x, or of dY, that tiles of the next row are the first to read, at the first position
};

// The first tap's weight of the channel, or of the first of the channels, of a vector at some float of a pixel.
template <bool kInLanes>
inline const float* weights_of(const DepthwiseTile& t, long at) {
  const long channel = kInLanes ? at / BUNDLE_IMAGES : at;
  return t.packed + channel / PANEL_COLUMNS * t.taps * PANEL_COLUMNS + channel % PANEL_COLUMNS;
}
template <bool kInLanes>
inline V weight_of(const float* w) {
  return kInLanes ? splat(*w) : load(w);
}
// What its sums begin with.
template <bool kInLanes, typename Lanes>
inline V start_of(const DepthwiseTile& t, long at, Lanes lanes) {
  if (!t.bias) return splat(0);
  return kInLanes ? splat(t.bias[at / BUNDLE_IMAGES]) : load(t.bias + at, lanes);
}

template <bool kInLanes, int kPositions>
void gather_depthwise(const DepthwiseTile& tile) {
  const DepthwiseTile t = tile;
  for_each_vector_of(t.floats, [&](long at, auto lanes) __attribute__((always_inline)) {
    const float* weights = weights_of<kInLanes>(t, at);
    const V start = start_of<kInLanes>(t, at, lanes);
    // Loops over sums are unrolled, or the compiler would keep them in memory.
    V sum[kPositions];
#pragma GCC unroll 8
    for (int p = 0; p < kPositions; p++) sum[p] = start;
    const float* row = t.x + at;
    for (long ky = t.rows.first; ky < t.rows.end; ky += t.rows.step, row += t.rows.stride) {
      const float* x = row;
      for (long kx = t.columns.first; kx < t.columns.end; kx += t.columns.step, x += t.columns.stride) {
        const V weight = weight_of<kInLanes>(weights + (ky * t.kernel_width + kx) * PANEL_COLUMNS);
#pragma GCC unroll 8
        for (int p = 0; p < kPositions; p++) sum[p] = fma(weight, load(x + p * t.position_floats, lanes), sum[p]);
      }
    }
#pragma GCC unroll 8
    for (int p = 0; p < kPositions; p++) store(t.y + p * t.y_position_floats + at, sum[p], lanes);
  });
}

typedef void (*DepthwiseTileFunction)(const DepthwiseTile&);

// The functions of all tiles: [positions - 1].
struct DepthwiseTiles {
  DepthwiseTileFunction function[kDepthwisePositions] = {};
};

template <bool kInLanes, int kPositions = kDepthwisePositions>
constexpr DepthwiseTiles make_depthwise_tiles(DepthwiseTiles tiles = {}) {
  tiles.function[kPositions - 1] = gather_depthwise<kInLanes, kPositions>;
  if constexpr (kPositions > 1) return make_depthwise_tiles<kInLanes, kPositions - 1>(tiles);
  return tiles;
}

constexpr DepthwiseTiles kDepthwiseTiles = make_depthwise_tiles<false>();
constexpr DepthwiseTiles kDepthwiseLaneTiles = make_depthwise_tiles<true>();

// Calls the tiles of `count` neighbouring positions that have the same taps, the first of which is `tile`; it is left at any of them.
inline void gather_depthwise_row(DepthwiseTile& tile, long lanes, long count) {
  const DepthwiseTiles& tiles = lanes > 1 ? kDepthwiseLaneTiles : kDepthwiseTiles;
  const float* x = tile.x;
  float* y = tile.y;
  cut_evenly(count, kDepthwisePositions, [&](long position, long positions) {
    tile.x = x + position * tile.position_floats;
    tile.y = y + position * tile.y_position_floats;
    tiles.function[positions - 1](tile);
  });
}

#include "depthwise-threes.inl.h"

// Taps [max(0, -start), min(kernel, size - start)) of a window that starts there lie inside an input of that size.
inline Taps taps_from(long start, long kernel, long size, long floats) {
  return Taps{max(0, -start), min(kernel, size - start), 1, floats};
}

// Calls visit(ox, count, columns) for runs of one row's outputs whose windows hold the same columns.
template <typename Visit>
inline void for_each_run(const Geometry& g, long pixel, Visit visit) {
  // The last output whose window does not reach beyond the right-hand side.
  const long past = long(g.input_width) - g.kernel_width + g.pad_left;
  for (long ox = 0; ox < g.output_width;) {
    const long left = ox * g.stride_x - g.pad_left;
    const bool inside = left >= 0 && left + g.kernel_width <= g.input_width;
    const long count = inside ? min(g.output_width, past / g.stride_x + 1) - ox : 1;
    visit(ox, count, taps_from(left, g.kernel_width, g.input_width, pixel));
    ox += count;
  }
}

// Calls visit(channel, channels) for parts of the channels: as many whole panels as `most` channels hold, but at least one; the last may end within
// one.
template <typename Visit>
inline void for_each_part(const Geometry& g, long most, Visit visit) {
  const long part = max(1, most / PANEL_COLUMNS) * PANEL_COLUMNS;
  for (long channel = 0; channel < g.groups; channel += part) visit(channel, min(part, g.groups - channel));
}

// Bytes of rows that stay in the L2 until the next row of outputs has read them; a panel of channels may have more.
constexpr long kRowsBytes = 256 * 1024;

// Channels of which so many bytes are read and written for a row of outputs.
inline long channels_of_rows(const Geometry& g, long lanes) {
  return kRowsBytes / (max(g.input_width, g.output_width) * (g.kernel_height + 2) * lanes * long(sizeof(float)));
}

inline DepthwiseTile make_depthwise_tile(const Geometry& g, const DepthwiseExtent& extent, const float* packed, const float* bias,
                                         long channel, long channels) {
  DepthwiseTile tile{};
  tile.floats = channels * extent.lanes;
  tile.taps = g.kernel_rows();
  tile.kernel_width = g.kernel_width;
  tile.packed = packed + channel * tile.taps;
  if (bias) tile.bias = bias + channel;
  return tile;
}

void depthwise_forward(const DepthwiseForward& c, Range bundles, Range rows) {
  const Geometry& g = c.g;
  const long pixel = g.input_channels * c.extent.lanes;
  const long input_row = g.input_width * pixel, output_row = g.output_width * pixel;
  const bool threes = is_three_wide(g);
  for (long bundle = bundles.first; bundle < bundles.first + bundles.count; bundle++) {
    for_each_part(g, channels_of_rows(g, c.extent.lanes), [&](long channel, long channels) {
      DepthwiseTile tile = make_depthwise_tile(g, c.extent, c.packed, c.bias, channel, channels);
      tile.position_floats = g.stride_x * pixel;
      tile.y_position_floats = pixel;
      const float* x = c.x + bundle * g.input_height * input_row + channel * c.extent.lanes;
      float* y = c.y + bundle * g.output_height * output_row + channel * c.extent.lanes;
      for (long oy = rows.first; oy < rows.first + rows.count; oy++) {
        const long top = oy * g.stride_y - g.pad_top;
        tile.rows = taps_from(top, g.kernel_height, g.input_height, input_row);
        if (threes) {
          tile.x = x + (top + tile.rows.first) * input_row;
          tile.ahead = x + (top + tile.rows.end) * input_row;
          tile.y = y + oy * output_row;
          gather_row_of_threes(tile, c.extent.lanes, g.output_width);
          continue;
        }
        for_each_run(g, pixel, [&](long ox, long count, const Taps& columns) {
          tile.columns = columns;
          tile.x = x + (top + tile.rows.first) * input_row + (ox * g.stride_x - g.pad_left + columns.first) * pixel;
          tile.y = y + oy * output_row + ox * pixel;
          gather_depthwise_row(tile, c.extent.lanes, count);
        });
      }
    });
  }
}

// The taps of the pixel at padded place p: tap k is of the output o = (p - k) / stride, which must be whole and inside [0, size).
inline Taps taps_of(long place, long kernel, long size, long stride, long floats) {
  const long least = max(0, place - (size - 1) * stride);
  return Taps{least + (place - least) % stride, min(kernel, place + 1), stride, -floats};
}

void depthwise_input_gradient(const DepthwiseInputGradient& c, Range bundles, Range rows) {
  const Geometry& g = c.g;
  const long pixel = g.input_channels * c.extent.lanes;
  const long input_row = g.input_width * pixel, output_row = g.output_width * pixel;
  const bool threes = is_three_wide(g);
  for (long bundle = bundles.first; bundle < bundles.first + bundles.count; bundle++) {
    for_each_part(g, channels_of_rows(g, c.extent.lanes), [&](long channel, long channels) {
      DepthwiseTile tile = make_depthwise_tile(g, c.extent, c.packed, nullptr, channel, channels);
      const float* dy = c.dy + bundle * g.output_height * output_row + channel * c.extent.lanes;
      float* dx = c.dx + bundle * g.input_height * input_row + channel * c.extent.lanes;
      for (long y = rows.first; y < rows.first + rows.count; y++) {
        const long place_y = y + g.pad_top;
        tile.rows = taps_of(place_y, g.kernel_height, g.output_height, g.stride_y, output_row);
        const float* dy_row = dy + (place_y - tile.rows.first) / g.stride_y * output_row;
        if (threes) {
          // From the last pixel to the first, taps ascend as they do forward.
          tile.position_floats = tile.y_position_floats = -pixel;
          tile.x = dy_row + (g.output_width - 1) * pixel;
          tile.ahead = tile.x + output_row;
          tile.y = dx + y * input_row + (g.input_width - 1) * pixel;
          gather_row_of_threes(tile, c.extent.lanes, g.input_width);
          continue;
        }
        tile.position_floats = pixel;
        tile.y_position_floats = g.stride_x * pixel;
        // Pixels a stride apart have the same taps but for the borders.
        for (long phase = 0; phase < min(g.stride_x, g.input_width); phase++) {
          for (long x = phase; x < g.input_width;) {
            const long place = x + g.pad_left;
            tile.columns = taps_of(place, g.kernel_width, g.output_width, g.stride_x, pixel);
            // Whether all its taps are of outputs; it stays so up to the last output's first tap.
            const long first = place % g.stride_x, furthest = first + (g.kernel_width - 1 - first) / g.stride_x * g.stride_x;
            const bool inside = first < g.kernel_width && place >= furthest && place < long(g.output_width) * g.stride_x;
            const long last = min(g.input_width - 1, long(g.output_width - 1) * g.stride_x + first - g.pad_left);
            const long count = inside ? (last - x) / g.stride_x + 1 : 1;
            tile.x = dy_row + (place - tile.columns.first) / g.stride_x * pixel;
            tile.y = dx + y * input_row + x * pixel;
            gather_depthwise_row(tile, c.extent.lanes, count);
            x += count * g.stride_x;
          }
        }
      }
    });
  }
}

#include "depthwise-gradient.inl.h"

constexpr DepthwiseKernels kDepthwiseKernels = {
    {depthwise_forward},
    {depthwise_input_gradient},
    {depthwise_kernel_gradient, depthwise_scratch_floats},
};
