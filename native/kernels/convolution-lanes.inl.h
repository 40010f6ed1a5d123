// Convolution on groups of 16 images (see lanes.inl.h). A tile of outputs, neighbouring positions × neighbouring channels, is kept in
// registers while it gathers its products over the taps of the kernel that lie inside the input.

// Most channels of a tile; its positions follow from the registers.
constexpr int kMaxTileChannels = kLanes == 16 ? 9 : kLanes == 8 ? 6 : 8;
constexpr int kVectorRegisters = kLanes == 8 ? 16 : 32;

constexpr int tile_positions(int channels) {
  int positions = 1;
  // Accumulators, one input a position and one weight.
  while ((positions + 1) * channels + (positions + 1) + 2 <= kVectorRegisters && positions < 8) positions++;
  return positions;
}

// Taps of one axis that reach inside: first, first + step, ... below end; a step moves the input by `stride` floats.
struct Taps {
  long first, end, step;
  long stride;
};

struct LaneTile {
  const float* x;        // input of the tile's first position at tap (0, 0), which may lie outside
  Taps rows, columns;
  long depth;            // channels summed over, 16 floats apart
  long position_floats;  // from one position's input to the next one's
  const float* weights;  // of tap (0, 0), first channel summed over, first channel of the tile
  long row_weights, column_weights, depth_weights, channel_weights;  // strides
  const float* bias;     // or null
  float* y;              // of the first position and channel; channels 16 floats apart
  long y_position_floats;
};

template <typename Vector, int kPositions, int kChannels>
void gather_tile(const LaneTile& t) {
  Vector sum[kPositions][kChannels];
  for (int c = 0; c < kChannels; c++) {
    const Vector start = splat_as<Vector>(t.bias ? t.bias[c] : 0.0f);
    for (int p = 0; p < kPositions; p++) sum[p][c] = start;
  }
  const float* row = t.x;
  for (long ky = t.rows.first; ky < t.rows.end; ky += t.rows.step, row += t.rows.stride) {
    const float* x = row;
    for (long kx = t.columns.first; kx < t.columns.end; kx += t.columns.step, x += t.columns.stride) {
      const float* w = t.weights + ky * t.row_weights + kx * t.column_weights;
      const float* from = x;
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
        from += kGroupImages;
        w += t.depth_weights;
      }
    }
  }
  for (int p = 0; p < kPositions; p++) {
    for (int c = 0; c < kChannels; c++) store_as(t.y + p * t.y_position_floats + c * kGroupImages, sum[p][c]);
  }
}

typedef void (*LaneTileFunction)(const LaneTile&);

// The functions of all tiles: [channels - 1][positions - 1].
constexpr int kMaxTilePositions = 8;
struct LaneTileTable {
  LaneTileFunction function[kMaxTileChannels][kMaxTilePositions] = {};
  int positions[kMaxTileChannels] = {};
};

template <typename Vector, int kChannels = kMaxTileChannels, int kPositions = tile_positions(kChannels)>
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
  const long pieces = (n + most - 1) / most;
  for (long i = 0; i < pieces; i++) visit(i * n / pieces, (i + 1) * n / pieces - i * n / pieces);
}

// Calls the tiles of one row of outputs whose taps are the same: `count` positions, all channels, the lanes in use. The others become zero.
inline void gather_row(LaneTile tile, long count, long channels, long lanes) {
  const LaneTile origin = tile;
  const bool whole = lanes == kGroupImages;
  const LaneTileTable& tiles = whole ? kLaneTiles : kHalfLaneTiles;
  const long vector = whole ? kLanes : width<Half>();
  for (long lane = 0; lane < lanes; lane += vector) {
    cut_evenly(channels, kMaxTileChannels, [&](long channel, long tile_channels) {
      cut_evenly(count, tiles.positions[tile_channels - 1], [&](long position, long positions) {
        tile.x = origin.x + position * origin.position_floats + lane;
        tile.y = origin.y + position * origin.y_position_floats + channel * kGroupImages + lane;
        tile.weights = origin.weights + channel * origin.channel_weights;
        tile.bias = origin.bias ? origin.bias + channel : nullptr;
        tiles.function[tile_channels - 1][positions - 1](tile);
      });
    });
  }
  if (whole) return;
  for (long position = 0; position < count; position++) {
    clear_lanes(origin.y + position * origin.y_position_floats, kHalfGroup, {0, channels});
  }
}

// Rows [rows.first, rows.first + rows.count) of one group's output.
void convolution_forward_lanes(const Geometry& g, const float* x, const float* f, const float* bias, float* y, long images,
                               Range rows) {
  const long n = g.output_channels;
  const long pixel = g.input_channels * kGroupImages;
  LaneTile tile{};
  tile.position_floats = g.stride_x * pixel;
  tile.row_weights = g.kernel_width * g.input_channels * n;
  tile.column_weights = g.input_channels * n;
  tile.depth_weights = n;
  tile.channel_weights = 1;
  tile.weights = f;
  tile.bias = bias;
  tile.y_position_floats = n * kGroupImages;
  // Taps [max(0, -start), min(kernel, size - start)) of a window that starts there lie inside the input.
  const auto taps = [](long start, long kernel, long size, long stride) {
    return Taps{max(0, -start), min(kernel, size - start), 1, stride};
  };
  for (long oy = rows.first; oy < rows.first + rows.count; oy++) {
    const long top = oy * g.stride_y - g.pad_top;
    tile.rows = taps(top, g.kernel_height, g.input_height, g.input_width * pixel);
    for (long ox = 0; ox < g.output_width;) {
      const long left = ox * g.stride_x - g.pad_left;
      tile.columns = taps(left, g.kernel_width, g.input_width, pixel);
      // Positions from here on whose windows lie inside from left to right.
      const long last = (g.input_width - g.kernel_width + g.pad_left) / g.stride_x;
      const bool inside = left >= 0 && left + g.kernel_width <= g.input_width;
      const long count = inside ? min(g.output_width, last + 1) - ox : 1;
      tile.x = x + ((top + tile.rows.first) * g.input_width + left + tile.columns.first) * pixel;
      // Neighbouring taps' inputs and weights lie one behind the other, so a row of them is one longer sum.
      tile.depth = max(0, tile.columns.end - tile.columns.first) * g.input_channels;
      tile.columns.end = min(tile.columns.end, tile.columns.first + 1);
      tile.y = y + (oy * g.output_width + ox) * tile.y_position_floats;
      gather_row(tile, count, n, lanes_in_use(images));
      ox += count;
    }
  }
}

// Rows of one group's dX: each input pixel gathers from the outputs whose windows hold it, a convolution with the turned kernel.
void convolution_input_gradient_lanes(const Geometry& g, const float* dy, const float* f, float* dx, long images, Range rows) {
  const long n = g.output_channels;
  const long pixel = n * kGroupImages;
  LaneTile tile{};
  tile.depth = n;
  tile.position_floats = pixel;
  tile.row_weights = g.kernel_width * g.input_channels * n;
  tile.column_weights = g.input_channels * n;
  tile.depth_weights = 1;
  tile.channel_weights = n;
  tile.weights = f;
  tile.y_position_floats = g.input_channels * kGroupImages;
  // The pixel at padded place p is at tap k of the output o = (p - k) / stride, which must be whole and inside [0, size).
  const auto taps = [](long place, long kernel, long size, long stride, long floats) {
    const long least = max(0, place - (size - 1) * stride);
    const long first = least + (place - least) % stride;
    return Taps{first, min(kernel, place + 1), stride, -floats};
  };
  for (long y = rows.first; y < rows.first + rows.count; y++) {
    const long place_y = y + g.pad_top;
    tile.rows = taps(place_y, g.kernel_height, g.output_height, g.stride_y, g.output_width * pixel);
    for (long x = 0; x < g.input_width;) {
      const long place_x = x + g.pad_left;
      tile.columns = taps(place_x, g.kernel_width, g.output_width, g.stride_x, pixel);
      // Pixels from here on that are held by windows at every tap.
      const bool inside = g.stride_x == 1 && place_x >= g.kernel_width - 1 && place_x < g.output_width;
      const long count = inside ? min(g.input_width, g.output_width - g.pad_left) - x : 1;
      tile.x = dy + ((place_y - tile.rows.first) / g.stride_y * g.output_width + (place_x - tile.columns.first) / g.stride_x) * pixel;
      tile.y = dx + (y * g.input_width + x) * tile.y_position_floats;
      gather_row(tile, count, g.input_channels, lanes_in_use(images));
      x += count;
    }
  }
}

// Tile of a kernel's gradient: input channels (or neighbouring taps' channels) × output channels.
constexpr int kGradientInputs = kLanes == 8 ? 3 : 5;
constexpr int kGradientOutputs = kLanes == 8 ? 3 : 5;

// With fewer channels than this, tiles of a kernel's gradient span neighbouring taps: a limit for all targets, since it decides the order of sums.
constexpr long kFewChannels = 5;

struct GradientTile {
  const float* x;  // of the first group, row and position
  const float* dy;
  long groups, rows, columns;
  long x_group_floats, x_row_floats, x_position_floats;
  long dy_group_floats, dy_row_floats, dy_position_floats;
  float* lanes;    // rows of 16 sums, one for each product of the tile, of which it writes one vector
  bool begins;     // otherwise it adds to them
};

template <typename Vector, int kInputs, int kOutputs>
void correlate_tile(const GradientTile& t) {
  Vector sum[kInputs][kOutputs];
  for (int i = 0; i < kInputs; i++) {
    for (int o = 0; o < kOutputs; o++) {
      sum[i][o] = t.begins ? Vector{} : load_as<Vector>(t.lanes + (i * kOutputs + o) * kGroupImages);
    }
  }
  for (long group = 0; group < t.groups; group++) {
    for (long row = 0; row < t.rows; row++) {
      const float* x = t.x + group * t.x_group_floats + row * t.x_row_floats;
      const float* dy = t.dy + group * t.dy_group_floats + row * t.dy_row_floats;
      for (long column = 0; column < t.columns; column++) {
        Vector gradient[kOutputs];
#pragma GCC unroll 8
        for (int o = 0; o < kOutputs; o++) gradient[o] = load_as<Vector>(dy + o * kGroupImages);
#pragma GCC unroll 8
        for (int i = 0; i < kInputs; i++) {
          const Vector value = load_as<Vector>(x + i * kGroupImages);
#pragma GCC unroll 8
          for (int o = 0; o < kOutputs; o++) sum[i][o] = fma(value, gradient[o], sum[i][o]);
        }
        x += t.x_position_floats;
        dy += t.dy_position_floats;
      }
    }
  }
  for (int i = 0; i < kInputs; i++) {
    for (int o = 0; o < kOutputs; o++) store_as(t.lanes + (i * kOutputs + o) * kGroupImages, sum[i][o]);
  }
}

typedef void (*GradientTileFunction)(const GradientTile&);

// The functions of all tiles: [inputs - 1][outputs - 1].
struct GradientTileTable {
  GradientTileFunction function[kGradientInputs][kGradientOutputs] = {};
};

template <typename Vector, int kInputs = kGradientInputs, int kOutputs = kGradientOutputs>
constexpr void fill_table(GradientTileTable& table) {
  table.function[kInputs - 1][kOutputs - 1] = correlate_tile<Vector, kInputs, kOutputs>;
  if constexpr (kOutputs > 1) {
    fill_table<Vector, kInputs, kOutputs - 1>(table);
  } else if constexpr (kInputs > 1) {
    fill_table<Vector, kInputs - 1>(table);
  }
}

template <typename Vector>
constexpr GradientTileTable make_gradient_tiles() {
  GradientTileTable table;
  fill_table<Vector>(table);
  return table;
}

constexpr GradientTileTable kGradientTiles = make_gradient_tiles<V>();
constexpr GradientTileTable kHalfGradientTiles = make_gradient_tiles<Half>();

inline void clear_sums(const GradientTile& tile, long inputs, long outputs) {
  for (long i = 0; i < inputs * outputs * kGroupImages; i++) tile.lanes[i] = 0;
}

// The lanes' sums: of all lanes of the full groups, then of the lanes in use of a last one with `images`.
inline void correlate_groups(GradientTile tile, long inputs, long outputs, long images) {
  const bool whole = images > kHalfGroup;
  if (tile.begins && !whole && tile.groups == 1) {
    clear_sums(tile, inputs, outputs);
    tile.begins = false;
  }
  const GradientTile origin = tile;
  tile.groups = whole ? origin.groups : origin.groups - 1;
  for (long lane = 0; lane < kGroupImages && tile.groups > 0; lane += kLanes) {
    tile.x = origin.x + lane;
    tile.dy = origin.dy + lane;
    tile.lanes = origin.lanes + lane;
    kGradientTiles.function[inputs - 1][outputs - 1](tile);
  }
  const long full = tile.groups;
  tile.groups = origin.groups - full;
  tile.begins = false;
  for (long lane = 0; lane < kHalfGroup && tile.groups > 0; lane += width<Half>()) {
    tile.x = origin.x + full * origin.x_group_floats + lane;
    tile.dy = origin.dy + full * origin.dy_group_floats + lane;
    tile.lanes = origin.lanes + lane;
    kHalfGradientTiles.function[inputs - 1][outputs - 1](tile);
  }
}

// Rows of dF, summed over rows of the output of some groups, of which the last holds `images`. The taps of one row of the kernel are
// neighbours in memory, so where channels are too few for a tile it spans several taps.
void convolution_kernel_gradient_lanes(const Geometry& g, const float* x, const float* dy, float* df, Range groups, long images,
                                       Range rows, Range kernel_rows) {
  const long n = g.output_channels;
  const long pixel = g.input_channels * kGroupImages;
  const long row_of_taps = g.kernel_width * g.input_channels;
  const bool spans_taps = g.input_channels < kFewChannels;
  // Room for a tile, and to the next multiple of four.
  float lanes[(kGradientInputs * kGradientOutputs + 3) * kGroupImages] = {};
  GradientTile tile{};
  tile.groups = groups.count;
  tile.x_group_floats = g.input_floats() * kGroupImages;
  tile.x_row_floats = g.stride_y * g.input_width * pixel;
  tile.x_position_floats = g.stride_x * pixel;
  tile.dy_group_floats = g.output_floats() * kGroupImages;
  tile.dy_row_floats = g.output_width * n * kGroupImages;
  tile.dy_position_floats = n * kGroupImages;
  // Output places along an axis whose tap k lies inside the input.
  const auto places = [](long k, long pad, long stride, long size, long low, long high) {
    const long first = max(low, (pad - k + stride - 1) / stride);
    const long past = size + pad - k;
    return Range{first, max(0, min(high, past > 0 ? (past - 1) / stride + 1 : 0) - first)};
  };
  const auto places_of = [&](long tap_row) {
    return places(tap_row / g.input_channels, g.pad_left, g.stride_x, g.input_width, 0, g.output_width);
  };
  const long end = kernel_rows.first + kernel_rows.count;
  // Outputs first, so that their few channels of dY stay in the cache while all rows of dF read them.
  cut_evenly(n, kGradientOutputs, [&](long output, long outputs) {
    for (long k = kernel_rows.first; k < end;) {
      const long ky = k / row_of_taps;
      const long first_row = k - ky * row_of_taps;
      const long left = spans_taps ? row_of_taps - first_row : g.input_channels - first_row % g.input_channels;
      const long rows_here = min(left, end - k);
      // Where all of these taps lie inside; before and behind that, each has places of its own.
      const Range low = places_of(spans_taps ? 0 : first_row), high = places_of(spans_taps ? row_of_taps - 1 : first_row);
      const long common = max(low.first, high.first);
      const long common_end = max(common, min(low.first + low.count, high.first + high.count));
      const bool differ = low.first != high.first || low.count != high.count;
      const Range ys = places(ky, g.pad_top, g.stride_y, g.input_height, rows.first, rows.first + rows.count);
      tile.rows = ys.count;
      const float* x_row = x + groups.first * tile.x_group_floats + (ys.first * g.stride_y + ky - g.pad_top) * g.input_width * pixel;
      const float* dy_row = dy + groups.first * tile.dy_group_floats + ys.first * tile.dy_row_floats + output * kGroupImages;
      // Adds products of rows [first, first + inputs) of this row of taps, at some places.
      const auto correlate = [&](Range xs, long first, long inputs, float* sums) {
        if (ys.count == 0 || xs.count <= 0) return;
        tile.columns = xs.count;
        tile.x = x_row + (xs.first * g.stride_x - g.pad_left) * pixel + first * kGroupImages;
        tile.dy = dy_row + xs.first * tile.dy_position_floats;
        tile.lanes = sums;
        correlate_groups(tile, inputs, outputs, images);
        tile.begins = false;
      };
      cut_evenly(rows_here, kGradientInputs, [&](long input, long inputs) {
        const long first = first_row + input;
        tile.begins = true;
        correlate({common, common_end - common}, first, inputs, lanes);
        if (tile.begins) {
          tile.lanes = lanes;
          clear_sums(tile, inputs, outputs);
          tile.begins = false;
        }
        for (long i = 0; i < inputs && differ; i++) {
          const Range own = places_of(first + i);
          const long own_end = own.first + own.count, behind = max(common_end, own.first);
          float* sums = lanes + i * outputs * kGroupImages;
          correlate({own.first, min(common, own_end) - own.first}, first + i, 1, sums);
          correlate({behind, own_end - behind}, first + i, 1, sums);
        }
        float sums[kGradientInputs * kGradientOutputs + 3];
        for (long i = 0; i < inputs * outputs; i += 4) *(V4*)(sums + i) = sum_lanes(lanes + i * kGroupImages);
        float* to = df + (k + input) * n + output;
        for (long i = 0; i < inputs; i++) {
          for (long o = 0; o < outputs; o++) to[i * n + o] = sums[i * outputs + o];
        }
      });
      k += rows_here;
    }
  });
}
