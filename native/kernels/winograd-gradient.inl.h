// The gradient of a kernel by minimal filtering (see winograd.inl.h). Here a vector holds output channels, so that sums over images need
// no folding and lanes without an image are left out; tiles of a strip are transformed, then multiplied at each point.
//
// du holds the gradient with respect to u, for parts of the mini-batch and panels of 32 output channels: parts × panels × points × (input channels × 32 + a gap).

// What a kernel's gradient transforms at a time, and the fewest and most tiles of it.
constexpr long kWinogradStripFloats = 192 * 1024;
constexpr long kMinWinogradStripTiles = 4, kMaxWinogradStripTiles = 16;

// Of a panel of du: a point's plane, and all of them. The gap is as between planes of transforms.
constexpr long winograd_gradient_plane(long depth) { return depth * WINOGRAD_PANEL + WINOGRAD_PLANE_GAP; }

constexpr long winograd_panels(long channels) { return ceil_divide(channels, WINOGRAD_PANEL); }

// Channels that are turned at a time.
constexpr long kTurnedChannels = 16;

// The other way round than in lanes: [channel][16] becomes [image][16 channels], with zeros behind the channels.
inline void turn_lanes(const float* from, long channels, float* to) {
  for (long c = 0; c < kTurnedChannels; c += 4) {
    for (long lane = 0; lane < BUNDLE_IMAGES; lane += 4) {
      V4 r[4];
      for (long i = 0; i < 4; i++) r[i] = c + i < channels ? *(const V4*)(from + (c + i) * BUNDLE_IMAGES + lane) : V4{};
      turn_square(r, to + lane * kTurnedChannels + c, kTurnedChannels);
    }
  }
}

// A dY A^T of one tile, of which `rows` × `columns` outputs exist, for up to 32 channels: w + point·plane is [image][32].
template <typename Filter>
inline void transform_gradients(const float* dy, const LaneMap& map, long rows, long columns, long channels, float* w, long plane) {
  constexpr long n = Filter::kInputs, outputs = Filter::kOutputs;
  float turned[outputs][outputs][BUNDLE_IMAGES * kTurnedChannels];
  for (long first = 0; first < channels; first += kTurnedChannels) {
    for (long i = 0; i < outputs; i++) {
      for (long j = 0; j < outputs; j++) {
        const float* from = dy + i * map.row_floats() + j * map.pixel_floats() + first * BUNDLE_IMAGES;
        turn_lanes(from, i < rows && j < columns ? channels - first : 0, turned[i][j]);
      }
    }
    for (long at = 0; at < BUNDLE_IMAGES * kTurnedChannels; at += kLanes) {
      V t[n][outputs];
#pragma GCC unroll 4
      for (long j = 0; j < outputs; j++) {
        V y[outputs], column[n];
#pragma GCC unroll 4
        for (long i = 0; i < outputs; i++) y[i] = load(turned[i][j] + at);
        Filter::transform_gradients(y, column);
#pragma GCC unroll 6
        for (long i = 0; i < n; i++) t[i][j] = column[i];
      }
      float* to = w + at / kTurnedChannels * WINOGRAD_PANEL + first + at % kTurnedChannels;
#pragma GCC unroll 6
      for (long i = 0; i < n; i++) {
        V row[n];
        Filter::transform_gradients(t[i], row);
#pragma GCC unroll 6
        for (long j = 0; j < n; j++) store(to + (n * i + j) * plane, row[j]);
      }
    }
  }
}

// Products of some input channels with one or more vectors of output channels, summed over the images of some tiles.
struct OuterTile {
  const float* v;  // of the first tile and input channel: [tile][channel][16]
  const float* w;  // of the first tile and output channel: [tile][image][32]
  long tiles, v_tile_floats;
  const int* images;  // of each tile
  float* sums;  // [input channel][32]
  bool begins;  // otherwise it adds to the sums
};

// A tail of at most half a vector of output channels costs half a vector's product.
constexpr bool kHasTails = width<Half>() < kLanes;

template <int kRows, int kVectors, bool kTail>
void outer_tile(const OuterTile& t) {
  // Loops over sums are unrolled, or the compiler would keep them in memory.
  V sum[kRows][kVectors + 1];
  Half tail[kRows];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; r++) {
    for (int i = 0; i < kVectors; i++) sum[r][i] = splat(0);
    tail[r] = Half{};
  }
  for (long tile = 0; tile < t.tiles; tile++) {
    const float* v = t.v + tile * t.v_tile_floats;
    const float* w = t.w + tile * BUNDLE_IMAGES * WINOGRAD_PANEL;
    for (long image = 0; image < t.images[tile]; image++) {
      V column[kVectors + 1];
      Half half{};
#pragma GCC unroll 4
      for (int i = 0; i < kVectors; i++) column[i] = load(w + i * kLanes);
      if (kTail) half = load_as<Half>(w + kVectors * kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; r++) {
        const float value = v[r * BUNDLE_IMAGES];
#pragma GCC unroll 4
        for (int i = 0; i < kVectors; i++) sum[r][i] = fma(splat(value), column[i], sum[r][i]);
        if (kTail) tail[r] = fma(splat_as<Half>(value), half, tail[r]);
      }
      v++;
      w += WINOGRAD_PANEL;
    }
  }
  float* const to = t.sums;
  if (!t.begins) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 4
      for (int i = 0; i < kVectors; i++) sum[r][i] = load(to + r * WINOGRAD_PANEL + i * kLanes) + sum[r][i];
      if (kTail) tail[r] = load_as<Half>(to + r * WINOGRAD_PANEL + kVectors * kLanes) + tail[r];
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; r++) {
#pragma GCC unroll 4
    for (int i = 0; i < kVectors; i++) store(to + r * WINOGRAD_PANEL + i * kLanes, sum[r][i]);
    if (kTail) store_as<Half>(to + r * WINOGRAD_PANEL + kVectors * kLanes, tail[r]);
  }
}

typedef void (*OuterTileFunction)(const OuterTile&);

// The functions of all tiles: [rows - 1][vectors][with a tail].
struct OuterTileTable {
  OuterTileFunction function[kTileRows][kTileVectors + 1][2] = {};
};

template <int kRows = kTileRows, int kVectors = kTileVectors>
constexpr void fill_table(OuterTileTable& table) {
  if constexpr (kVectors > 0) table.function[kRows - 1][kVectors][0] = outer_tile<kRows, kVectors, false>;
  if constexpr (kHasTails && kVectors < kTileVectors) table.function[kRows - 1][kVectors][1] = outer_tile<kRows, kVectors, true>;
  if constexpr (kVectors > 0) {
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

inline long winograd_strip_tiles(long points, long depth, long panels) {
  const long floats = points * BUNDLE_IMAGES * (depth + panels * WINOGRAD_PANEL);
  return min(kMaxWinogradStripTiles, max(kMinWinogradStripTiles, kWinogradStripFloats / floats));
}

// Floats of scratch for any of these products.
template <typename Filter>
long minimal_scratch_floats(const Geometry& g) {
  constexpr long points = points_of<Filter>();
  const long depth = g.input_channels, channels = g.output_channels;
  const long panels = min(WINOGRAD_MOST_PANELS, winograd_panels(channels));
  const long tiles = winograd_strip_tiles(points, depth, 1);
  const long strip = points * (tiles * BUNDLE_IMAGES * (depth + panels * WINOGRAD_PANEL) + (1 + panels) * WINOGRAD_PLANE_GAP);
  return max(strip, max(winograd_block_floats(points, depth, channels), winograd_block_floats(points, channels, depth)));
}

// Some panels of du at all points, summed over one part of the mini-batch's tiles, which are counted through its bundles: strips of tiles in
// order, in a strip one chain over tiles and the images in each.
template <typename Filter>
void minimal_kernel_products(const WinogradKernelProducts& k, float* scratch, long images, long part, Range panels) {
  const Geometry& g = k.filter.g;
  constexpr long points = points_of<Filter>(), outputs = Filter::kOutputs;
  const LaneMap input{g.input_height, g.input_width, g.input_channels};
  const LaneMap output{g.output_height, g.output_width, g.output_channels};
  const long wide = ceil_divide(output.width, outputs), tiles_of_bundle = ceil_divide(output.height, outputs) * wide;
  const long most = winograd_strip_tiles(points, input.channels, panels.count);
  const long v_plane = most * input.pixel_floats() + WINOGRAD_PLANE_GAP;
  const long w_tile = BUNDLE_IMAGES * WINOGRAD_PANEL, w_plane = most * w_tile + WINOGRAD_PLANE_GAP;
  const long tiles = (images + BUNDLE_IMAGES - 1) / BUNDLE_IMAGES * tiles_of_bundle;
  const long begin = part * tiles / k.parts, end = (part + 1) * tiles / k.parts;
  float* v = scratch;
  float* w = scratch + points * v_plane;
  int tile_images[kMaxWinogradStripTiles];
  OuterTile product{};
  product.images = tile_images;
  product.v_tile_floats = input.pixel_floats();
  const long plane = winograd_gradient_plane(input.channels);
  float* to = k.du + (part * winograd_panels(output.channels) + panels.first) * points * plane;
  if (begin == end) {
    for (long i = 0; i < panels.count * points * plane; i++) to[i] = 0;
  }
  const auto channels_of = [&](long panel) { return min(WINOGRAD_PANEL, output.channels - (panels.first + panel) * WINOGRAD_PANEL); };
  for (long first = begin; first < end; first += most) {
    product.tiles = min(most, end - first);
    product.begins = first == begin;
    for (long t = 0; t < product.tiles; t++) {
      const long bundle = (first + t) / tiles_of_bundle, tile = (first + t) % tiles_of_bundle;
      tile_images[t] = int(min(BUNDLE_IMAGES, images - bundle * BUNDLE_IMAGES));
      const long top = tile / wide * outputs, left = tile % wide * outputs;
      transform_tile<Filter>(k.x + bundle * input.bundle_floats(), input, top - g.pad_top, left - g.pad_left, v + t * input.pixel_floats(),
                             v_plane, lanes_in_use(tile_images[t]));
      const float* gradient = k.dy + bundle * output.bundle_floats() + top * output.row_floats() + left * output.pixel_floats();
      for (long panel = 0; panel < panels.count; panel++) {
        const long channel = (panels.first + panel) * WINOGRAD_PANEL;
        transform_gradients<Filter>(gradient + channel * BUNDLE_IMAGES, output, output.height - top, output.width - left,
                                    channels_of(panel), w + panel * points * w_plane + t * w_tile, w_plane);
      }
    }
    for (long point = 0; point < points; point++) {
      for (long panel = 0; panel < panels.count; panel++) {
        const long channels = channels_of(panel);
        for (long c = 0; c < channels; c += kTileVectors * kLanes) {
          const long left = min(channels - c, kTileVectors * kLanes);
          const bool tail = kHasTails && left % kLanes > 0 && left % kLanes <= width<Half>();
          const long vectors = tail ? left / kLanes : ceil_divide(left, kLanes);
          cut_evenly(input.channels, kTileRows, [&](long row, long rows) {
            product.v = v + point * v_plane + row * BUNDLE_IMAGES;
            product.w = w + (panel * points + point) * w_plane + c;
            product.sums = to + (panel * points + point) * plane + row * WINOGRAD_PANEL + c;
            kOuterTiles.function[rows - 1][vectors][tail](product);
          });
        }
      }
    }
  }
}

// Of a point's plane of du, floats that are fetched ahead: planes lie too far apart, and are too many, to be seen as streams.
constexpr long kGradientsAhead = 8 * WINOGRAD_PANEL;

// G^T du G for the kernels of some input channels, du summed over its parts in order: the gradient with respect to f. Panel by panel, as du lies.
template <typename Filter>
void minimal_kernel_gradient(const WinogradKernelGradient& k, Range inputs) {
  const Geometry& g = k.filter.g;
  constexpr long r = Filter::kKernel, n = Filter::kInputs;
  const long outputs = g.output_channels;
  const long tap = g.input_channels * outputs;
  const long plane = winograd_gradient_plane(g.input_channels);
  const long panel_floats = points_of<Filter>() * plane, part_floats = winograd_panels(outputs) * panel_floats;
  const bool streams = r * r * tap >= kStreamedFloats;
  const auto move = streams ? stream_run : copy_run;
  float staged[r * r * WINOGRAD_PANEL];
  for (long output = 0; output < outputs; output += WINOGRAD_PANEL) {
    const long channels = min(WINOGRAD_PANEL, outputs - output);
    for (long input = inputs.first; input < inputs.first + inputs.count; input++) {
      const float* du = k.du + output / WINOGRAD_PANEL * panel_floats + input * WINOGRAD_PANEL;
      for (long c = 0; c < channels; c += kLanes) {
        V columns[n][r];
        for (long x = 0; x < n; x++) {
          V values[n];
          for (long y = 0; y < n; y++) {
            const float* from = du + (n * y + x) * plane + c;
            __builtin_prefetch(from + kGradientsAhead, 0, 2);
            values[y] = load(from);
            for (long part = 1; part < k.parts; part++) {
              __builtin_prefetch(from + part * part_floats + kGradientsAhead, 0, 2);
              values[y] = values[y] + load(from + part * part_floats);
            }
          }
          Filter::transform_kernel_gradient(values, columns[x]);
        }
        for (long y = 0; y < r; y++) {
          V values[n], row[r];
          for (long x = 0; x < n; x++) values[x] = columns[x][y];
          Filter::transform_kernel_gradient(values, row);
          for (long x = 0; x < r; x++) store(staged + (r * y + x) * WINOGRAD_PANEL + c, row[x]);
        }
      }
      for (long t = 0; t < r * r; t++) move(k.df + t * tap + input * outputs + output, staged + t * WINOGRAD_PANEL, channels);
    }
  }
  if (streams) settle_streams();
}
