// The gradient of a convolution's kernel on groups of 16 images: a tile of it, neighbouring rows × neighbouring output channels, is kept in
// registers, one sum a lane, while it passes over positions and groups; the lanes are added at the end.

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
