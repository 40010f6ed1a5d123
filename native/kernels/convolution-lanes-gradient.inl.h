// The gradient of a convolution's kernel on bundles of 16 images: a tile of it, neighbouring rows × neighbouring output channels, is kept in
// registers, one sum a lane, while it passes over positions and bundles; the lanes are added at the end.

// With fewer channels than this, tiles of a kernel's gradient span neighbouring taps: a limit for all targets, since it decides the order of sums.
constexpr long kFewChannels = 5;

struct GradientTile {
  const float* x;  // of the first bundle, row and position
  const float* dy;
  long bundles, rows, columns;
  long x_bundle_floats, x_row_floats, x_position_floats;
  long dy_bundle_floats, dy_row_floats, dy_position_floats;
  float* lane_sums;  // rows of 16 sums, one for each product of the tile, of which it writes one vector
  bool begins;  // otherwise it adds to them
};

template <typename Vector, int kInputs, int kOutputs>
void correlate_tile(const GradientTile& t) {
  // Loops over sums are unrolled, or the compiler would keep them in memory.
  Vector sum[kInputs][kOutputs];
#pragma GCC unroll 8
  for (int i = 0; i < kInputs; i++) {
#pragma GCC unroll 8
    for (int o = 0; o < kOutputs; o++) {
      sum[i][o] = t.begins ? Vector{} : load_as<Vector>(t.lane_sums + (i * kOutputs + o) * BUNDLE_IMAGES);
    }
  }
  for (long bundle = 0; bundle < t.bundles; bundle++) {
    for (long row = 0; row < t.rows; row++) {
      const float* x = t.x + bundle * t.x_bundle_floats + row * t.x_row_floats;
      const float* dy = t.dy + bundle * t.dy_bundle_floats + row * t.dy_row_floats;
      for (long column = 0; column < t.columns; column++) {
        Vector gradient[kOutputs];
#pragma GCC unroll 8
        for (int o = 0; o < kOutputs; o++) gradient[o] = load_as<Vector>(dy + o * BUNDLE_IMAGES);
#pragma GCC unroll 8
        for (int i = 0; i < kInputs; i++) {
          const Vector value = load_as<Vector>(x + i * BUNDLE_IMAGES);
#pragma GCC unroll 8
          for (int o = 0; o < kOutputs; o++) sum[i][o] = fma(value, gradient[o], sum[i][o]);
        }
        x += t.x_position_floats;
        dy += t.dy_position_floats;
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kInputs; i++) {
#pragma GCC unroll 8
    for (int o = 0; o < kOutputs; o++) store_as(t.lane_sums + (i * kOutputs + o) * BUNDLE_IMAGES, sum[i][o]);
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
  for (long i = 0; i < inputs * outputs * BUNDLE_IMAGES; i++) tile.lane_sums[i] = 0;
}

// The lanes' sums: of all lanes of the full bundles, then of the lanes in use of a last one with `images`.
inline void correlate_bundles(GradientTile tile, long inputs, long outputs, long images) {
  const bool whole = images > kHalfBundle;
  if (tile.begins && !whole && tile.bundles == 1) {
    clear_sums(tile, inputs, outputs);
    tile.begins = false;
  }
  const GradientTile origin = tile;
  tile.bundles = whole ? origin.bundles : origin.bundles - 1;
  for (long lane = 0; lane < BUNDLE_IMAGES && tile.bundles > 0; lane += kLanes) {
    tile.x = origin.x + lane;
    tile.dy = origin.dy + lane;
    tile.lane_sums = origin.lane_sums + lane;
    kGradientTiles.function[inputs - 1][outputs - 1](tile);
  }
  const long full = tile.bundles;
  tile.bundles = origin.bundles - full;
  tile.begins = false;
  for (long lane = 0; lane < kHalfBundle && tile.bundles > 0; lane += width<Half>()) {
    tile.x = origin.x + full * origin.x_bundle_floats + lane;
    tile.dy = origin.dy + full * origin.dy_bundle_floats + lane;
    tile.lane_sums = origin.lane_sums + lane;
    kHalfGradientTiles.function[inputs - 1][outputs - 1](tile);
  }
}

// A convolution's dF on bundles of 16 images, piece by piece.
class KernelGradient {
 public:
  KernelGradient(const Geometry& g, const float* x, const float* dy, Range bundles, long images)
      : g_(g), images_(images), spans_taps_(g.input_channels < kFewChannels && g.dilation_x == 1) {
    tile_.bundles = bundles.count;
    tile_.x_bundle_floats = g.input_floats() * BUNDLE_IMAGES;
    tile_.x_row_floats = g.stride_y * (g.input_width * pixel());
    tile_.x_position_floats = g.stride_x * pixel();
    tile_.dy_bundle_floats = g.output_floats() * BUNDLE_IMAGES;
    tile_.dy_row_floats = long(g.output_width) * g.output_channels * BUNDLE_IMAGES;
    tile_.dy_position_floats = g.output_channels * BUNDLE_IMAGES;
    x_ = x + bundles.first * tile_.x_bundle_floats;
    dy_ = dy + bundles.first * tile_.dy_bundle_floats;
  }

  // Calls visit(first, count) for tiles of dF's rows. The taps of one row of the kernel are neighbours in memory, so where channels are too
  // few for a tile it spans several taps, unless the window has gaps.
  template <typename Visit>
  void for_each_tile(Range kernel_rows, Visit visit) const {
    const long end = kernel_rows.first + kernel_rows.count;
    for (long k = kernel_rows.first; k < end;) {
      const long first = k % row_of_taps();
      const long left = spans_taps_ ? row_of_taps() - first : g_.input_channels - first % g_.input_channels;
      const long count = min(left, end - k);
      cut_evenly(count, kGradientInputs, [&](long tile, long inputs) { visit(k + tile, inputs); });
      k += count;
    }
  }

  // Products of some rows of the output with a tile of dF, rows × outputs, summed in the lanes: written, or added to what is there.
  void correlate(Range tile_rows, Range outputs, Range rows, float* lane_sums, bool begins) const {
    const long ky = tile_rows.first / row_of_taps(), first = tile_rows.first % row_of_taps();
    const Range ys = places(ky * g_.dilation_y, g_.pad_top, g_.stride_y, g_.input_height, rows.first, rows.first + rows.count);
    GradientTile tile = tile_;
    tile.rows = ys.count;
    tile.begins = begins;
    const float* x_row = x_ + (ys.first * g_.stride_y + ky * g_.dilation_y - g_.pad_top) * g_.input_width * pixel();
    const float* dy_row = dy_ + ys.first * tile.dy_row_floats + outputs.first * BUNDLE_IMAGES;
    // Adds products of rows [row, row + inputs) of this row of taps, at some places.
    const auto add = [&](Range xs, long row, long inputs, float* sums) {
      if (ys.count == 0 || xs.count <= 0) return;
      tile.columns = xs.count;
      const long column = row / g_.input_channels * g_.dilation_x, channel = row % g_.input_channels;
      tile.x = x_row + (xs.first * g_.stride_x + column - g_.pad_left) * pixel() + channel * BUNDLE_IMAGES;
      tile.dy = dy_row + xs.first * tile.dy_position_floats;
      tile.lane_sums = sums;
      correlate_bundles(tile, inputs, outputs.count, images_);
      tile.begins = false;
    };
    // Where all of these taps lie inside; before and behind that, each has places of its own.
    const Range low = places_of(spans_taps_ ? 0 : first), high = places_of(spans_taps_ ? row_of_taps() - 1 : first);
    const long common = max(low.first, high.first);
    const long common_end = max(common, min(low.first + low.count, high.first + high.count));
    add({common, common_end - common}, first, tile_rows.count, lane_sums);
    if (tile.begins) {
      tile.lane_sums = lane_sums;
      clear_sums(tile, tile_rows.count, outputs.count);
      tile.begins = false;
    }
    if (low.first == high.first && low.count == high.count) return;
    for (long i = 0; i < tile_rows.count; i++) {
      const Range own = places_of(first + i);
      const long own_end = own.first + own.count, behind = max(common_end, own.first);
      float* sums = lane_sums + i * outputs.count * BUNDLE_IMAGES;
      add({own.first, min(common, own_end) - own.first}, first + i, 1, sums);
      add({behind, own_end - behind}, first + i, 1, sums);
    }
  }

  // A tile of dF from its sums in the lanes, of which it may read three more than there are.
  void fold_tile(Range tile_rows, Range outputs, const float* lane_sums, float* df) const {
    const long n = g_.output_channels;
    float sums[kGradientInputs * kGradientOutputs + 3];
    for (long i = 0; i < tile_rows.count * outputs.count; i += 4) *(V4*)(sums + i) = sum_lanes(lane_sums + i * BUNDLE_IMAGES);
    float* to = df + tile_rows.first * n + outputs.first;
    for (long i = 0; i < tile_rows.count; i++) {
      for (long o = 0; o < outputs.count; o++) to[i * n + o] = sums[i * outputs.count + o];
    }
  }

 private:
  long pixel() const { return g_.input_channels * BUNDLE_IMAGES; }
  long row_of_taps() const { return long(g_.kernel_width) * g_.input_channels; }

  // Output places along an axis whose tap, so far behind the window's first, lies inside the input.
  static Range places(long distance, long pad, long stride, long size, long low, long high) {
    const long first = max(low, (pad - distance + stride - 1) / stride);
    const long past = size + pad - distance;
    return Range{first, max(0, min(high, past > 0 ? (past - 1) / stride + 1 : 0) - first)};
  }
  Range places_of(long tap_row) const {
    return places(tap_row / g_.input_channels * g_.dilation_x, g_.pad_left, g_.stride_x, g_.input_width, 0, g_.output_width);
  }

  const Geometry& g_;
  long images_;
  bool spans_taps_;
  GradientTile tile_{};
  const float* x_;
  const float* dy_;
};

// A bundle's rows of dY that are more than this many floats pass through the cache in blocks that are less, if the kernel has few rows, as
// first layers have: then a block is read once for all of them. Limits for all targets, since they decide the order of sums.
constexpr long kMaxGradientFloats = 1 << 16;
constexpr long kMaxBlockedKernelRows = 160;

// Rows of dF, summed over rows of the output of some bundles of a mini-batch of `images`.
void convolution_kernel_gradient_lanes(const ConvolutionKernelGradientLanes& c, Range bundles, long images, Range rows, Range kernel_rows) {
  const Geometry& g = c.g;
  // Room for the tiles, and to the next multiple of four.
  float lane_sums[(kMaxBlockedKernelRows * kGradientOutputs + 3) * BUNDLE_IMAGES];
  const KernelGradient gradient(g, c.x, c.dy, bundles, images_in(bundles.first + bundles.count - 1, images));
  const long row_floats = long(g.output_width) * g.output_channels * BUNDLE_IMAGES;
  const bool in_blocks = bundles.count == 1 && kernel_rows.count <= kMaxBlockedKernelRows && rows.count * row_floats > kMaxGradientFloats;
  const long block_rows = in_blocks ? max(1, kMaxGradientFloats / row_floats) : rows.count;
  // Outputs first, so that their few channels of dY stay in the cache while all rows of dF read them.
  cut_evenly(g.output_channels, kGradientOutputs, [&](long output, long count) {
    const Range outputs{output, count};
    if (!in_blocks) {
      gradient.for_each_tile(kernel_rows, [&](long k, long inputs) {
        gradient.correlate({k, inputs}, outputs, rows, lane_sums, true);
        gradient.fold_tile({k, inputs}, outputs, lane_sums, c.df);
      });
      return;
    }
    const auto sums_of = [&](long k) { return lane_sums + (k - kernel_rows.first) * count * BUNDLE_IMAGES; };
    for (long row = 0; row < rows.count; row += block_rows) {
      const Range block{rows.first + row, min(block_rows, rows.count - row)};
      gradient.for_each_tile(kernel_rows,
                             [&](long k, long inputs) { gradient.correlate({k, inputs}, outputs, block, sums_of(k), row == 0); });
    }
    gradient.for_each_tile(kernel_rows, [&](long k, long inputs) { gradient.fold_tile({k, inputs}, outputs, sums_of(k), c.df); });
  });
}
