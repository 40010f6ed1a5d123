// 3×3 convolution with stride 1 on groups of 16 images by minimal filtering, F(2×2, 3×3): S. Winograd, Arithmetic Complexity of
// Computations, 1980; A. Lavin and S. Gray, arXiv 1509.09308, whose matrices these are. A tile of 2×2 outputs comes from 4×4 inputs d by
//
//   Y = A^T [ sum over channels of (G f G^T) ∘ (B^T d B) ] A
//
// so that at each of 16 points of the transforms a tile costs one product a pair of channels, where the sum over taps costs 36. The
// transforms are sums alone, one lane beside the other. The gradients are the adjoints: dX is the same with the turned kernel,
// and dF = G^T [ sum over tiles of (B^T d B) ∘ (A dY A^T) ] G.
//
// u holds the transformed kernel: 16 points × input channels × output channels.

constexpr long kWinogradInputs = 4;  // of a tile, along each axis
constexpr long kWinogradPoints = kWinogradInputs * kWinogradInputs;
// Transformed tiles that are held at a time, inputs and outputs: half of a core's L2.
constexpr long kWinogradBlockFloats = 128 * 1024;
// Between the points' planes: an odd number of cache lines, so that the 16 places of one element are not all in one set of the L1.
constexpr long kWinogradPlaneGap = 5 * kGroupImages;

constexpr long ceil_half(long n) { return (n + 1) / 2; }

// G f G^T for the kernels of some input channels.
void winograd_kernel(const Geometry& g, const float* f, float* u, Range inputs) {
  const long n = g.output_channels;
  const long tap = g.input_channels * n;
  const V half = splat(0.5f);
  const auto expand = [half](V f0, V f1, V f2, V* to) {
    const V ends = f0 + f2;
    to[0] = f0;
    to[1] = half * (ends + f1);
    to[2] = half * (ends - f1);
    to[3] = f2;
  };
  // The weights of neighbouring input channels lie one behind the other.
  for (long at = inputs.first * n, end = at + inputs.count * n; at < end; at += kLanes) {
    const Mask mask = first_lanes(end - at);
    V columns[3][4];
    for (long x = 0; x < 3; x++) {
      const float* from = f + x * tap + at;
      expand(load(from, mask), load(from + 3 * tap, mask), load(from + 6 * tap, mask), columns[x]);
    }
    for (long y = 0; y < 4; y++) {
      V row[4];
      expand(columns[0][y], columns[1][y], columns[2][y], row);
      for (long x = 0; x < 4; x++) store(u + (4 * y + x) * tap + at, row[x], mask);
    }
  }
}

// One group's map, or some of its rows and columns.
struct LaneMap {
  long height, width, channels;

  long pixel_floats() const { return channels * kGroupImages; }
  long row_floats() const { return width * pixel_floats(); }
  long group_floats() const { return height * row_floats(); }
};

struct WinogradProduct {
  LaneMap input, output;
  long pad_top, pad_left;
  const float* u;
  long depth_weights, channel_weights;  // strides of u along the input's and the output's channels
  bool turned;                          // whether the kernel is turned by 180°
};

// Which of the `count` neighbours from `start` on lie inside [0, size).
inline Range inside_of(long start, long count, long size) {
  const long first = max(0, -start);
  return {first, max(0, min(count, size - start) - first)};
}

// B^T d B of one tile, all channels; v is that tile's place in the plane of point 0. x may lie outside, where zeros are meant.
template <typename Vector, bool kInside>
inline void transform_inputs(const float* x, const LaneMap& map, Range rows, Range columns, float* v, long plane, long step) {
  const long row = map.row_floats(), pixel = map.pixel_floats();
  for (long k = 0; k < pixel; k += step) {
    Vector t[4][4];
#pragma GCC unroll 4
    for (long j = 0; j < 4; j++) {
      Vector d[4];
#pragma GCC unroll 4
      for (long i = 0; i < 4; i++) {
        const bool inside = kInside || (i >= rows.first && i < rows.first + rows.count && j >= columns.first &&
                                        j < columns.first + columns.count);
        d[i] = inside ? load_as<Vector>(x + i * row + j * pixel + k) : Vector{};
      }
      t[0][j] = d[0] - d[2];
      t[1][j] = d[1] + d[2];
      t[2][j] = d[2] - d[1];
      t[3][j] = d[1] - d[3];
    }
#pragma GCC unroll 4
    for (long i = 0; i < 4; i++) {
      float* to = v + 4 * i * plane + k;
      store_as(to, t[i][0] - t[i][2]);
      store_as(to + plane, t[i][1] + t[i][2]);
      store_as(to + 2 * plane, t[i][2] - t[i][1]);
      store_as(to + 3 * plane, t[i][1] - t[i][3]);
    }
  }
}

// The same for the tile whose inputs begin at some row and column, which may be outside, in the lanes in use.
inline void transform_tile(const float* x, const LaneMap& map, long top, long left, float* v, long plane, long lanes) {
  const Range rows = inside_of(top, kWinogradInputs, map.height), columns = inside_of(left, kWinogradInputs, map.width);
  const float* from = x + top * map.row_floats() + left * map.pixel_floats();
  const bool inside = rows.count == kWinogradInputs && columns.count == kWinogradInputs;
  if (lanes == kGroupImages) {
    (inside ? transform_inputs<V, true> : transform_inputs<V, false>)(from, map, rows, columns, v, plane, kLanes);
    return;
  }
  for (long lane = 0; lane < lanes; lane += width<Half>()) {
    const auto transform = inside ? transform_inputs<Half, true> : transform_inputs<Half, false>;
    transform(from + lane, map, rows, columns, v + lane, plane, kGroupImages);
  }
}

// A^T m A + bias of one tile, all channels, of which `rows` × `columns` outputs exist; lanes that are not in use become zero.
inline void transform_outputs(const float* m, long plane, const float* bias, float* y, const LaneMap& map, long rows, long columns,
                              long lanes) {
  const long row = map.row_floats(), pixel = map.pixel_floats();
  for (long k = 0; k < pixel; k += kLanes) {
    V s[2][4];
#pragma GCC unroll 4
    for (long j = 0; j < 4; j++) {
      const float* from = m + j * plane + k;
      const V m1 = load(from + 4 * plane), m2 = load(from + 8 * plane);
      s[0][j] = load(from) + m1 + m2;
      s[1][j] = m1 - m2 - load(from + 12 * plane);
    }
    const V start = splat(bias ? bias[k / kGroupImages] : 0.0f);
    for (long i = 0; i < rows; i++) {
      float* to = y + i * row + k;
      store(to, start + (s[i][0] + s[i][1] + s[i][2]));
      if (columns > 1) store(to + pixel, start + (s[i][1] - s[i][2] - s[i][3]));
    }
  }
  if (lanes == kGroupImages) return;
  for (long i = 0; i < rows; i++) clear_lanes(y + i * row, lanes, {0, columns * map.channels});
}

// Tiles that are transformed, multiplied and transformed back together: a multiple of what the product holds in registers.
inline long winograd_block_tiles(long depth, long channels) {
  const long least = kLaneTiles.positions[min(channels, kMaxTileChannels) - 1];
  return least * max(1, kWinogradBlockFloats / ((depth + channels) * kGroupImages * kWinogradPoints * least));
}

inline long winograd_block_floats(long depth, long channels) {
  const long tiles = winograd_block_tiles(depth, channels);
  return kWinogradPoints * (tiles * (depth + channels) * kGroupImages + 2 * kWinogradPlaneGap);
}

// Rows of one group's output.
void winograd_product(const WinogradProduct& p, const float* x, const float* bias, float* y, float* scratch, long images,
                      Range rows) {
  const long depth = p.input.channels, channels = p.output.channels;
  const long block = winograd_block_tiles(depth, channels);
  const long v_plane = block * p.input.pixel_floats() + kWinogradPlaneGap;
  const long m_plane = block * p.output.pixel_floats() + kWinogradPlaneGap;
  float* v = scratch;
  float* m = scratch + kWinogradPoints * v_plane;
  const long lanes = lanes_in_use(images);
  const long wide = ceil_half(p.output.width);
  const long tiles = ceil_half(rows.count) * wide;
  LaneTile product{};
  product.rows = product.columns = {0, 1, 1, 0};
  product.depth = depth;
  product.position_floats = p.input.pixel_floats();
  product.depth_weights = p.depth_weights;
  product.channel_weights = p.channel_weights;
  product.y_position_floats = p.output.pixel_floats();
  for (long first = 0; first < tiles; first += block) {
    const long count = min(block, tiles - first);
    for (long t = 0; t < count; t++) {
      const long top = rows.first + (first + t) / wide * 2, left = (first + t) % wide * 2;
      transform_tile(x, p.input, top - p.pad_top, left - p.pad_left, v + t * p.input.pixel_floats(), v_plane, lanes);
    }
    for (long point = 0; point < kWinogradPoints; point++) {
      // Turning a kernel swaps the first and the last row of G f, and the columns likewise.
      const long i = point / 4, j = point % 4;
      const long weights = p.turned ? (i % 3 ? i : 3 - i) * 4 + (j % 3 ? j : 3 - j) : point;
      product.x = v + point * v_plane;
      product.y = m + point * m_plane;
      product.weights = p.u + weights * depth * channels;
      gather_row(product, count, channels, lanes);
    }
    for (long t = 0; t < count; t++) {
      const long top = rows.first + (first + t) / wide * 2, left = (first + t) % wide * 2;
      float* to = y + top * p.output.row_floats() + left * p.output.pixel_floats();
      transform_outputs(m + t * p.output.pixel_floats(), m_plane, bias, to, p.output, min(2, rows.first + rows.count - top),
                        min(2, p.output.width - left), lanes);
    }
  }
}

// Rows [rows.first, rows.first + rows.count) of one group's output.
void winograd_forward(const Geometry& g, const float* x, const float* u, const float* bias, float* y, float* scratch, long images,
                      Range rows) {
  WinogradProduct p{};
  p.input = {g.input_height, g.input_width, g.input_channels};
  p.output = {g.output_height, g.output_width, g.output_channels};
  p.pad_top = g.pad_top;
  p.pad_left = g.pad_left;
  p.u = u;
  p.depth_weights = g.output_channels;
  p.channel_weights = 1;
  winograd_product(p, x, bias, y, scratch, images, rows);
}

// Rows of one group's dX.
void winograd_input_gradient(const Geometry& g, const float* dy, const float* u, float* dx, float* scratch, long images,
                             Range rows) {
  WinogradProduct p{};
  p.input = {g.output_height, g.output_width, g.output_channels};
  p.output = {g.input_height, g.input_width, g.input_channels};
  p.pad_top = 2 - g.pad_top;
  p.pad_left = 2 - g.pad_left;
  p.u = u;
  p.depth_weights = 1;
  p.channel_weights = g.output_channels;
  p.turned = true;
  winograd_product(p, dy, nullptr, dx, scratch, images, rows);
}
