// The gradient of a 3×3 kernel by minimal filtering (see winograd.inl.h). Here a vector holds output channels, so that sums over images need
// no folding and lanes without an image are left out; tiles of a strip are transformed, then multiplied at each point.
//
// du holds the gradient with respect to u, for parts of the mini-batch and panels of 32 output channels: parts × panels × 16 points × input
// channels × 32.

// Output channels of one panel of du.
constexpr long kWinogradPanel = 32;
// What a kernel's gradient transforms at a time, and the fewest and most tiles of it.
constexpr long kWinogradStripFloats = 192 * 1024;
constexpr long kWinogradStripTiles = 8, kMaxWinogradStripTiles = 16;

constexpr long winograd_panels(long channels) { return (channels + kWinogradPanel - 1) / kWinogradPanel; }

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
