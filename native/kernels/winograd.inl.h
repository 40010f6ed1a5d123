// 3×3 convolution with stride 1 on groups of 16 images by minimal filtering, F(2×2, 3×3): S. Winograd, Arithmetic Complexity of
// Computations, 1980; A. Lavin and S. Gray, arXiv 1509.09308, whose matrices these are. A tile of 2×2 outputs comes from 4×4 inputs d by
//
//   Y = A^T [ sum over channels of (G f G^T) ∘ (B^T d B) ] A
//
// so that at each of 16 points of the transforms a tile costs one product a pair of channels, where the sum over taps costs 36. The
// transforms are sums alone, one lane beside the other. The gradients are the adjoints: dX is the same with the turned kernel,
// and dF = G^T [ sum over tiles of (B^T d B) ∘ (A dY A^T) ] G.
//
// u holds the transformed kernel: 16 points × input channels × output channels. du holds its gradient, for parts of the mini-batch and
// for panels of 32 output channels: parts × panels × 16 points × input channels × 32.

constexpr long kWinogradInputs = 4;  // of a tile, along each axis
constexpr long kWinogradPoints = kWinogradInputs * kWinogradInputs;
// Transformed tiles that are held at a time, inputs and outputs: half of a core's L2.
constexpr long kWinogradBlockFloats = 128 * 1024;
// Between the points' planes: an odd number of cache lines, so that the 16 places of one element are not all in one set of the L1.
constexpr long kWinogradPlaneGap = 5 * kGroupImages;
// Output channels of one panel of du.
constexpr long kWinogradPanel = 32;
// What a kernel's gradient transforms at a time, and the fewest and most tiles of it.
constexpr long kWinogradStripFloats = 192 * 1024;
constexpr long kWinogradStripTiles = 8, kMaxWinogradStripTiles = 16;

constexpr long ceil_half(long n) { return (n + 1) / 2; }
constexpr long winograd_panels(long channels) { return (channels + kWinogradPanel - 1) / kWinogradPanel; }

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

// G^T du G for the kernels of some input channels, du summed over its parts in order: the gradient with respect to f.
void winograd_kernel_gradient(const Geometry& g, const float* du, float* df, long parts, Range inputs) {
  const long n = g.output_channels;
  const long tap = g.input_channels * n;
  const long plane = g.input_channels * kWinogradPanel;
  const long part_floats = winograd_panels(n) * kWinogradPoints * plane;
  const V half = splat(0.5f);
  const auto contract = [half](V u0, V u1, V u2, V u3, V* to) {
    const V middle = half * (u1 + u2);
    to[0] = u0 + middle;
    to[1] = half * (u1 - u2);
    to[2] = middle + u3;
  };
  for (long input = inputs.first; input < inputs.first + inputs.count; input++) {
    for (long c = 0; c < n; c += kLanes) {
      const Mask mask = first_lanes(n - c);
      const float* from = du + c / kWinogradPanel * kWinogradPoints * plane + input * kWinogradPanel + c % kWinogradPanel;
      V columns[4][3];
      for (long x = 0; x < 4; x++) {
        V u[4];
        for (long y = 0; y < 4; y++) {
          const float* point = from + (4 * y + x) * plane;
          u[y] = load(point);
          for (long part = 1; part < parts; part++) u[y] = u[y] + load(point + part * part_floats);
        }
        contract(u[0], u[1], u[2], u[3], columns[x]);
      }
      for (long y = 0; y < 3; y++) {
        V row[3];
        contract(columns[0][y], columns[1][y], columns[2][y], columns[3][y], row);
        for (long x = 0; x < 3; x++) store(df + (3 * y + x) * tap + input * n + c, row[x], mask);
      }
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

// The other way round than in lanes: [channel][16] becomes [image][32], with zeros behind the channels up to `columns`.
inline void turn_lanes(const float* from, long channels, float* to, long columns) {
  const VI4 low = {0, 4, 1, 5}, high = {2, 6, 3, 7}, first = {0, 1, 4, 5}, last = {2, 3, 6, 7};
  for (long c = 0; c < columns; c += 4) {
    for (long lane = 0; lane < kGroupImages; lane += 4) {
      V4 r[4];
      for (long i = 0; i < 4; i++) r[i] = c + i < channels ? *(const V4*)(from + (c + i) * kGroupImages + lane) : V4{};
      const V4 a = __builtin_shuffle(r[0], r[1], low), b = __builtin_shuffle(r[2], r[3], low);
      const V4 d = __builtin_shuffle(r[0], r[1], high), e = __builtin_shuffle(r[2], r[3], high);
      float* row = to + lane * kWinogradPanel + c;
      *(V4*)row = __builtin_shuffle(a, b, first);
      *(V4*)(row + kWinogradPanel) = __builtin_shuffle(a, b, last);
      *(V4*)(row + 2 * kWinogradPanel) = __builtin_shuffle(d, e, first);
      *(V4*)(row + 3 * kWinogradPanel) = __builtin_shuffle(d, e, last);
    }
  }
}

// A dY A^T of one tile, of which `rows` × `columns` outputs exist, for up to 32 channels: w + point·plane is [image][32].
inline void transform_gradients(const float* dy, const LaneMap& map, long rows, long columns, long channels, float* w, long plane) {
  const long padded = (channels + 15) / 16 * 16;
  float turned[4][kGroupImages * kWinogradPanel];
  for (long i = 0; i < 4; i++) {
    const bool exists = i / 2 < rows && i % 2 < columns;
    turn_lanes(dy + i / 2 * map.row_floats() + i % 2 * map.pixel_floats(), exists ? channels : 0, turned[i], padded);
  }
  const auto expand = [](V y0, V y1, V* to) {
    to[0] = y0;
    to[1] = y0 + y1;
    to[2] = y0 - y1;
    to[3] = -y1;
  };
  for (long image = 0; image < kGroupImages; image++) {
    for (long c = 0; c < padded; c += kLanes) {
      const long at = image * kWinogradPanel + c;
      V left[4], right[4];
      expand(load(turned[0] + at), load(turned[2] + at), left);
      expand(load(turned[1] + at), load(turned[3] + at), right);
      for (long i = 0; i < 4; i++) {
        V row[4];
        expand(left[i], right[i], row);
        for (long j = 0; j < 4; j++) store(w + (4 * i + j) * plane + at, row[j]);
      }
    }
  }
}

// Products of some input channels with one or more vectors of output channels, summed over the images of some tiles.
struct OuterTile {
  const float* v;        // of the first tile and input channel: [tile][channel][16]
  const float* w;        // of the first tile and output channel: [tile][image][32]
  long tiles, v_tile_floats;
  const int* images;     // of each tile
  float* sums;           // [input channel][32]
  bool begins;           // otherwise it adds to the sums
};

template <int kRows, int kVectors>
void outer_tile(const OuterTile& t) {
  V sum[kRows][kVectors];
  for (int r = 0; r < kRows; r++) {
    for (int i = 0; i < kVectors; i++) sum[r][i] = splat(0);
  }
  for (long tile = 0; tile < t.tiles; tile++) {
    const float* v = t.v + tile * t.v_tile_floats;
    const float* w = t.w + tile * kGroupImages * kWinogradPanel;
    for (long image = 0; image < t.images[tile]; image++) {
      V column[kVectors];
#pragma GCC unroll 4
      for (int i = 0; i < kVectors; i++) column[i] = load(w + i * kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; r++) {
        const V value = splat(v[r * kGroupImages]);
#pragma GCC unroll 4
        for (int i = 0; i < kVectors; i++) sum[r][i] = fma(value, column[i], sum[r][i]);
      }
      v++;
      w += kWinogradPanel;
    }
  }
  for (int r = 0; r < kRows; r++) {
    for (int i = 0; i < kVectors; i++) {
      float* to = t.sums + r * kWinogradPanel + i * kLanes;
      store(to, t.begins ? sum[r][i] : load(to) + sum[r][i]);
    }
  }
}

typedef void (*OuterTileFunction)(const OuterTile&);

// The functions of all tiles: [rows - 1][vectors - 1].
struct OuterTileTable {
  OuterTileFunction function[kTileRows][kTileVectors] = {};
};

template <int kRows = kTileRows, int kVectors = kTileVectors>
constexpr void fill_table(OuterTileTable& table) {
  table.function[kRows - 1][kVectors - 1] = outer_tile<kRows, kVectors>;
  if constexpr (kVectors > 1) {
    fill_table<kRows, kVectors - 1>(table);
  } else if constexpr (kRows > 1) {
    fill_table<kRows - 1>(table);
  }
}

constexpr OuterTileTable make_outer_tiles() {
  OuterTileTable table;
  fill_table(table);
  return table;
}

constexpr OuterTileTable kOuterTiles = make_outer_tiles();

inline long winograd_strip_tiles(long depth) {
  const long floats = kWinogradPoints * kGroupImages * (depth + kWinogradPanel);
  return min(kMaxWinogradStripTiles, max(kWinogradStripTiles, kWinogradStripFloats / floats));
}

// Floats of scratch for any of these products.
long winograd_scratch_floats(const Geometry& g) {
  const long depth = g.input_channels;
  const long strip = kWinogradPoints * (winograd_strip_tiles(depth) * kGroupImages * (depth + kWinogradPanel) + 2 * kWinogradPlaneGap);
  return max(strip, max(winograd_block_floats(depth, g.output_channels), winograd_block_floats(g.output_channels, depth)));
}

// One panel of du at all points, summed over one part of the mini-batch's tiles, which are counted through its groups: strips of tiles in
// order, in a strip one chain over tiles and the images in each.
void winograd_kernel_products(const Geometry& g, const float* x, const float* dy, float* du, float* scratch, long images, long part,
                              long parts, long panel) {
  const LaneMap input{g.input_height, g.input_width, g.input_channels};
  const LaneMap output{g.output_height, g.output_width, g.output_channels};
  const long wide = ceil_half(output.width), tiles_of_group = ceil_half(output.height) * wide;
  const long most = winograd_strip_tiles(input.channels);
  const long v_plane = most * input.pixel_floats() + kWinogradPlaneGap;
  const long w_tile = kGroupImages * kWinogradPanel, w_plane = most * w_tile + kWinogradPlaneGap;
  const long tiles = (images + kGroupImages - 1) / kGroupImages * tiles_of_group;
  const long begin = part * tiles / parts, end = (part + 1) * tiles / parts;
  const long first_channel = panel * kWinogradPanel;
  const long channels = min(kWinogradPanel, output.channels - first_channel);
  float* v = scratch;
  float* w = scratch + kWinogradPoints * v_plane;
  int tile_images[kMaxWinogradStripTiles];
  OuterTile product{};
  product.images = tile_images;
  product.v_tile_floats = input.pixel_floats();
  float* to = du + (part * winograd_panels(output.channels) + panel) * kWinogradPoints * input.channels * kWinogradPanel;
  if (begin == end) {
    for (long i = 0; i < kWinogradPoints * input.channels * kWinogradPanel; i++) to[i] = 0;
  }
  for (long first = begin; first < end; first += most) {
    product.tiles = min(most, end - first);
    product.begins = first == begin;
    for (long t = 0; t < product.tiles; t++) {
      const long group = (first + t) / tiles_of_group, tile = (first + t) % tiles_of_group;
      tile_images[t] = int(min(kGroupImages, images - group * kGroupImages));
      const long top = tile / wide * 2, left = tile % wide * 2;
      transform_tile(x + group * input.group_floats(), input, top - g.pad_top, left - g.pad_left, v + t * input.pixel_floats(), v_plane,
                     lanes_in_use(tile_images[t]));
      const float* gradient = dy + group * output.group_floats() + top * output.row_floats() + left * output.pixel_floats();
      transform_gradients(gradient + first_channel * kGroupImages, output, output.height - top, output.width - left, channels,
                          w + t * w_tile, w_plane);
    }
    for (long point = 0; point < kWinogradPoints; point++) {
      for (long c = 0; c < channels; c += kTileVectors * kLanes) {
        const long vectors = min(kTileVectors, (channels - c + kLanes - 1) / kLanes);
        cut_evenly(input.channels, kTileRows, [&](long row, long rows) {
          product.v = v + point * v_plane + row * kGroupImages;
          product.w = w + point * w_plane + c;
          product.sums = to + (point * input.channels + row) * kWinogradPanel + c;
          kOuterTiles.function[rows - 1][vectors - 1](product);
        });
      }
    }
  }
}
