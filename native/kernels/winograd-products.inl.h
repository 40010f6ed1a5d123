// Y and dX by minimal filtering (see winograd.inl.h).

// Transformed tiles that are held at a time, inputs and outputs: half of a core's L2.
constexpr long kWinogradBlockFloats = 128 * 1024;

// A transformed kernel of a multiple of 16 output channels is laid in panels of 16, points × panels × input channels × 16: a product that holds some of a
// panel's channels reads it from end to end. Row by row each of its few weights would come from another line, a multiple of 1 KB away, for which
// there are but a few places in the L1 and no prefetching. Other kernels are one panel.
inline long panel_channels(long outputs) { return outputs % kPanelChannels == 0 ? kPanelChannels : outputs; }

// G f G^T of one vector of weights, whose taps lie `tap` floats apart; points `point` floats apart.
template <typename Filter>
inline void transform_kernel(const float* f, long tap, float* u, long point, Mask mask) {
  constexpr long r = Filter::kKernel, n = Filter::kInputs;
  V columns[r][n];
  for (long x = 0; x < r; x++) {
    V taps[r];
    for (long y = 0; y < r; y++) taps[y] = load(f + (y * r + x) * tap, mask);
    Filter::transform_kernel(taps, columns[x]);
  }
  for (long y = 0; y < n; y++) {
    V taps[r], row[n];
    for (long x = 0; x < r; x++) taps[x] = columns[x][y];
    Filter::transform_kernel(taps, row);
    for (long x = 0; x < n; x++) store(u + (y * n + x) * point, row[x], mask);
  }
}

// Input channels of a panel that are transformed before they are written: points lie megabytes apart, and a line at a time of each of them would
// find no place in the L1 and no prefetching.
constexpr long kStagedInputs = 8;

// Of all taps, what lies so far ahead is fetched.
constexpr long kKernelsAhead = 4 * kPanelChannels;

// G f G^T for the kernels of some input channels.
template <typename Filter>
void transform_kernels(const WinogradKernel& k, Range inputs) {
  const Geometry& g = k.filter.g;
  constexpr long taps = Filter::kKernel * Filter::kKernel, points = points_of<Filter>();
  const long outputs = g.output_channels;
  const long tap = g.input_channels * outputs;
  const long panel = panel_channels(outputs);
  if (panel == outputs) {
    // The weights of neighbouring input channels lie one behind the other.
    for (long at = inputs.first * outputs, end = at + inputs.count * outputs; at < end; at += kLanes) {
      transform_kernel<Filter>(k.f + at, tap, k.u + at, tap, first_lanes(end - at));
    }
    return;
  }
  const bool streams = points * tap >= kStreamedFloats;
  const auto move = streams ? stream_run : copy_run;
  constexpr long point = kStagedInputs * kPanelChannels;
  float staged[points * point];
  cut_evenly(inputs.count, kStagedInputs, [&](long first, long count) {
    const long input = inputs.first + first;
    for (long output = 0; output < outputs; output += kPanelChannels) {
      for (long i = 0; i < count; i++) {
        const float* f = k.f + (input + i) * outputs + output;
        for (long t = 0; t < taps; t++) __builtin_prefetch(f + t * tap + kKernelsAhead);
        for (long c = 0; c < kPanelChannels; c += kLanes) {
          transform_kernel<Filter>(f + c, tap, staged + i * kPanelChannels + c, point, first_lanes(kLanes));
        }
      }
      float* to = k.u + output * g.input_channels + input * kPanelChannels;
      for (long p = 0; p < points; p++) move(to + p * tap, staged + p * point, count * kPanelChannels);
    }
  });
  if (streams) settle_streams();
}

// One bundle's map, or some of its rows and columns.
struct LaneMap {
  long height, width, channels;

  long pixel_floats() const { return channels * BUNDLE_IMAGES; }
  long row_floats() const { return width * pixel_floats(); }
  long bundle_floats() const { return height * row_floats(); }
};

struct WinogradProduct {
  LaneMap input, output;
  long pad_top, pad_left;
  const float* x;  // of the first bundle, and so is y
  const float* bias;
  float* y;
  const float* u;
  bool backward;  // whether the kernel's inputs are the output's channels
  bool turned;  // whether the kernel is turned by 180°
};

// Which of the `count` neighbours from `start` on lie inside [0, size).
inline Range inside_of(long start, long count, long size) {
  const long first = max(0, -start);
  return {first, max(0, min(count, size - start) - first)};
}

// B^T d B of one tile, all channels; v is that tile's place in the plane of point 0. x may lie outside, where zeros are meant. Rows of points are
// made a few at a time, those that have terms in common: all of them would not fit in the registers.
template <typename Filter, typename Vector, bool kInside>
inline void transform_inputs(const float* x, const LaneMap& map, Range rows, Range columns, float* v, long plane, long step) {
  constexpr long n = Filter::kInputs;
  const long row = map.row_floats(), pixel = map.pixel_floats();
  for (long k = 0; k < pixel; k += step) {
    const auto input = [&](long i, long j) {
      const bool inside =
          kInside || (i >= rows.first && i < rows.first + rows.count && j >= columns.first && j < columns.first + columns.count);
      return inside ? load_as<Vector>(x + i * row + j * pixel + k) : Vector{};
    };
    const auto store_row = [&](long i, const Vector* t) {
      Vector values[n];
      Filter::transform_inputs(t, values);
#pragma GCC unroll 6
      for (long j = 0; j < n; j++) store_as(v + (i * n + j) * plane + k, values[j]);
    };
#pragma GCC unroll 3
    for (long part = 0; part < n / 2; part++) {
      Vector first[n], second[n];
#pragma GCC unroll 6
      for (long j = 0; j < n; j++) {
        Vector d[n], column[n];
#pragma GCC unroll 6
        for (long i = 0; i < n; i++) d[i] = input(i, j);
        Filter::transform_inputs(d, column);
        first[j] = column[part == 0 ? 0 : 2 * part - 1];
        second[j] = column[part == 0 ? n - 1 : 2 * part];
      }
      store_row(part == 0 ? 0 : 2 * part - 1, first);
      store_row(part == 0 ? n - 1 : 2 * part, second);
    }
  }
}

// The same for the tile whose inputs begin at some row and column, which may be outside, in the lanes in use.
template <typename Filter>
inline void transform_tile(const float* x, const LaneMap& map, long top, long left, float* v, long plane, long used_lanes) {
  constexpr long n = Filter::kInputs;
  const Range rows = inside_of(top, n, map.height), columns = inside_of(left, n, map.width);
  const float* from = x + top * map.row_floats() + left * map.pixel_floats();
  const bool inside = rows.count == n && columns.count == n;
  if (used_lanes == BUNDLE_IMAGES) {
    const auto transform = inside ? transform_inputs<Filter, V, true> : transform_inputs<Filter, V, false>;
    transform(from, map, rows, columns, v, plane, kLanes);
    return;
  }
  for (long lane = 0; lane < used_lanes; lane += width<Half>()) {
    const auto transform = inside ? transform_inputs<Filter, Half, true> : transform_inputs<Filter, Half, false>;
    transform(from + lane, map, rows, columns, v + lane, plane, BUNDLE_IMAGES);
  }
}

// A^T m A + bias of one tile, some channels, of which `rows` × `columns` outputs exist: all of them, or the counts are looked at. m begins with the
// first of those channels, and so do y and bias.
template <typename Filter, bool kWhole>
inline void transform_channels(const float* m, long plane, const float* bias, float* y, const LaneMap& map, long channels, long rows,
                               long columns) {
  constexpr long n = Filter::kInputs, outputs = Filter::kOutputs;
  const long row = map.row_floats(), pixel = map.pixel_floats();
  for (long k = 0; k < channels * BUNDLE_IMAGES; k += kLanes) {
    V s[outputs][n];
#pragma GCC unroll 6
    for (long j = 0; j < n; j++) {
      V products[n], column[outputs];
#pragma GCC unroll 6
      for (long i = 0; i < n; i++) products[i] = load(m + (i * n + j) * plane + k);
      Filter::transform_outputs(products, column);
#pragma GCC unroll 4
      for (long i = 0; i < outputs; i++) s[i][j] = column[i];
    }
    const V start = splat(bias ? bias[k / BUNDLE_IMAGES] : 0.0f);
#pragma GCC unroll 4
    for (long i = 0; i < outputs; i++) {
      if (!kWhole && i >= rows) break;
      V values[outputs];
      Filter::transform_outputs(s[i], values);
      float* to = y + i * row + k;
#pragma GCC unroll 4
      for (long j = 0; j < outputs; j++) {
        if (kWhole || j < columns) store(to + j * pixel, start + values[j]);
      }
    }
  }
}

// The same; lanes that are not in use become zero.
template <typename Filter>
inline void transform_outputs(const float* m, long plane, const float* bias, float* y, const LaneMap& map, Range channels, long rows,
                              long columns, long used_lanes) {
  constexpr long outputs = Filter::kOutputs;
  const auto transform = rows == outputs && columns == outputs ? transform_channels<Filter, true> : transform_channels<Filter, false>;
  y += channels.first * BUNDLE_IMAGES;
  transform(m, plane, bias ? bias + channels.first : nullptr, y, map, channels.count, rows, columns);
  if (used_lanes == BUNDLE_IMAGES) return;
  for (long i = 0; i < rows; i++) {
    for (long j = 0; j < columns; j++) clear_lanes_of(y + i * map.row_floats() + j * map.pixel_floats(), used_lanes, {0, channels.count});
  }
}

// A dY A^T of one tile, all channels, of which `rows` × `columns` pixels exist; v as in transform_inputs.
template <typename Filter>
inline void spread_gradients(const float* dy, const LaneMap& map, long rows, long columns, float* v, long plane) {
  constexpr long n = Filter::kInputs, outputs = Filter::kOutputs;
  const long row = map.row_floats(), pixel = map.pixel_floats();
  for (long k = 0; k < pixel; k += kLanes) {
    V t[n][outputs];
#pragma GCC unroll 4
    for (long j = 0; j < outputs; j++) {
      V values[outputs], column[n];
#pragma GCC unroll 4
      for (long i = 0; i < outputs; i++) values[i] = i < rows && j < columns ? load(dy + i * row + j * pixel + k) : splat(0);
      Filter::transform_gradients(values, column);
#pragma GCC unroll 6
      for (long i = 0; i < n; i++) t[i][j] = column[i];
    }
#pragma GCC unroll 6
    for (long i = 0; i < n; i++) {
      V values[n];
      Filter::transform_gradients(t[i], values);
#pragma GCC unroll 6
      for (long j = 0; j < n; j++) store(v + (i * n + j) * plane + k, values[j]);
    }
  }
}

// B m B^T of one tile, some channels, added to dX, of which rows × columns of the tile's pixels are written. Of these, rows below `old_rows` and columns
// below `old_columns` hold what the tiles above and to the left gave; the others nothing yet. m and dx as in transform_channels.
template <typename Filter>
inline void add_overlapping(const float* m, long plane, float* dx, const LaneMap& map, long channels, Range rows, Range columns,
                            long old_rows, long old_columns) {
  constexpr long n = Filter::kInputs;
  const long row = map.row_floats(), pixel = map.pixel_floats();
  for (long k = 0; k < channels * BUNDLE_IMAGES; k += kLanes) {
    V s[n][n];
#pragma GCC unroll 6
    for (long j = 0; j < n; j++) {
      V products[n], column[n];
#pragma GCC unroll 6
      for (long i = 0; i < n; i++) products[i] = load(m + (i * n + j) * plane + k);
      Filter::transform_input_gradients(products, column);
#pragma GCC unroll 6
      for (long i = 0; i < n; i++) s[i][j] = column[i];
    }
    for (long i = rows.first; i < rows.first + rows.count; i++) {
      V values[n];
      Filter::transform_input_gradients(s[i], values);
      float* to = dx + i * row + k;
      const long old = i < old_rows ? n : old_columns;
#pragma GCC unroll 6
      for (long j = 0; j < n; j++) {
        if (j < columns.first || j >= columns.first + columns.count) continue;
        float* const at = to + j * pixel;
        store(at, j < old ? load(at) + values[j] : values[j]);
      }
    }
  }
}

// Transformed kernels of so many floats lie in no cache of a core, so as many tiles as these share one reading of it. Of their outputs so many channels are
// held at a time, before they are transformed back.
constexpr long kWinogradManyWeights = 1024 * 1024, kWinogradSharingTiles = 8, kWinogradSharedChannels = 64;

inline bool shares_kernel(long points, long depth, long channels) { return points * depth * channels >= kWinogradManyWeights; }

// Tiles that are transformed, multiplied and transformed back together: a multiple of what the product holds in registers, or as many as there are
// to share a great kernel.
inline long winograd_block_tiles(long points, long depth, long channels) {
  const long least = kLaneTiles.positions[min(channels, kLaneTileChannels) - 1];
  const long most = least * max(1, kWinogradBlockFloats / ((depth + channels) * BUNDLE_IMAGES * points * least));
  return shares_kernel(points, depth, channels) ? max(most, kWinogradSharingTiles) : most;
}

inline long winograd_block_floats(long points, long depth, long channels) {
  const long tiles = winograd_block_tiles(points, depth, channels);
  return points * (tiles * (depth + channels) * BUNDLE_IMAGES + 2 * WINOGRAD_PLANE_GAP);
}

// Rows of some channels of the outputs of some bundles, which compute so many lanes. Tiles are counted through the bundles: those of a block read the
// transformed kernel once. They are of the outputs; or, if they overlap, of the inputs, each of which is spread over the outputs that it
// reaches.
template <typename Filter, bool kOverlap>
void winograd_product(const WinogradProduct& p, float* scratch, Range bundles, long used_lanes, Range rows, Range channels) {
  constexpr long points = points_of<Filter>(), outputs = Filter::kOutputs;
  const long depth = p.input.channels;
  const long block = winograd_block_tiles(points, depth, p.output.channels);
  const bool shares = shares_kernel(points, depth, p.output.channels);
  const long held = shares ? min(channels.count, kWinogradSharedChannels) : channels.count;
  const long m_floats = held * BUNDLE_IMAGES;
  const long v_plane = block * p.input.pixel_floats() + WINOGRAD_PLANE_GAP;
  const long m_plane = block * m_floats + WINOGRAD_PLANE_GAP;
  float* v = scratch;
  float* m = scratch + points * v_plane;
  const long wide = ceil_divide(kOverlap ? p.input.width : p.output.width, outputs);
  const long last_row = rows.first + rows.count - 1;
  // Tiles that overlap begin at the same rows whatever rows are asked for.
  const long first_top = kOverlap ? max(0, rows.first + p.pad_top - (Filter::kKernel - 1)) / outputs * outputs : rows.first;
  const long last_top = kOverlap ? min(last_row + p.pad_top, p.input.height - 1) : last_row;
  const long tiles_of_bundle = (last_top - first_top + outputs) / outputs * wide, tiles = bundles.count * tiles_of_bundle;
  LaneTile product{};
  product.rows = {0, 1, 1, 0};
  product.position_floats = p.input.pixel_floats();
  product.y_position_floats = m_floats;
  const long panel = panel_channels(p.backward ? depth : p.output.channels);
  if (p.backward) {
    // Sums go through a panel, and then the next one.
    product.depth = panel;
    product.columns = {0, depth / panel, 1, panel * BUNDLE_IMAGES};
    product.column_weights = p.output.channels * panel;
    product.depth_weights = 1;
    product.channel_weights = panel;
  } else {
    product.depth = depth;
    product.columns = {0, 1, 1, 0};
    product.depth_weights = panel;
    product.channel_weights = 1;
  }
  // Calls visit(bundle, top, left) for a tile's bundle and the place of its first pixel.
  const auto with_tile = [&](long tile, auto visit) {
    const long own = tile % tiles_of_bundle;
    visit(bundles.first + tile / tiles_of_bundle, first_top + own / wide * outputs, own % wide * outputs);
  };
  for (long first = 0; first < tiles; first += block) {
    const long count = min(block, tiles - first);
    for (long t = 0; t < count; t++) {
      with_tile(first + t, [&](long bundle, long top, long left) {
        const float* from = p.x + bundle * p.input.bundle_floats();
        float* to = v + t * p.input.pixel_floats();
        if (kOverlap) {
          spread_gradients<Filter>(from + top * p.input.row_floats() + left * p.input.pixel_floats(), p.input, p.input.height - top,
                                   p.input.width - left, to, v_plane);
        } else {
          transform_tile<Filter>(from, p.input, top - p.pad_top, left - p.pad_left, to, v_plane, used_lanes);
        }
      });
    }
    for (long channel = channels.first, end = channel + channels.count; channel < end; channel += held) {
      const Range some{channel, min(held, end - channel)};
      for (long point = 0; point < points; point++) {
        const long weights = p.turned ? turned_point<Filter>(point) : point;
        const float* u = p.u + weights * depth * p.output.channels;
        product.x = v + point * v_plane;
        if (p.backward) {
          product.y = m + point * m_plane;
          product.weights = u + some.first * panel;
          gather_row(product, count, some.count, used_lanes);
          continue;
        }
        for (long c = some.first; c < some.first + some.count;) {
          const long of_panel = min(panel - c % panel, some.first + some.count - c);
          product.y = m + point * m_plane + (c - some.first) * BUNDLE_IMAGES;
          product.weights = u + c / panel * panel * depth + c % panel;
          gather_row(product, count, of_panel, used_lanes);
          c += of_panel;
        }
      }
      for (long t = 0; t < count; t++) {
        with_tile(first + t, [&](long bundle, long top, long left) {
          float* map = p.y + bundle * p.output.bundle_floats();
          if (kOverlap) {
            // Where in dX the tile's first pixel lies, and which of its rows are asked for.
            const long row = top - p.pad_top, column = left - p.pad_left;
            const Range some_rows = inside_of(row - rows.first, Filter::kInputs, rows.count);
            float* to = map + row * p.output.row_floats() + column * p.output.pixel_floats() + some.first * BUNDLE_IMAGES;
            add_overlapping<Filter>(m + t * m_floats, m_plane, to, p.output, some.count, some_rows,
                                    inside_of(column, Filter::kInputs, p.output.width), top > first_top ? Filter::kKernel - 1 : 0,
                                    left > 0 ? Filter::kKernel - 1 : 0);
          } else {
            float* to = map + top * p.output.row_floats() + left * p.output.pixel_floats();
            transform_outputs<Filter>(m + t * m_floats, m_plane, p.bias, to, p.output, some, min(outputs, last_row + 1 - top),
                                      min(outputs, p.output.width - left), used_lanes);
          }
        });
      }
    }
  }
  if (!kOverlap || used_lanes == BUNDLE_IMAGES) return;
  for (long bundle = bundles.first; bundle < bundles.first + bundles.count; bundle++) {
    float* map = p.y + bundle * p.output.bundle_floats() + rows.first * p.output.row_floats();
    for (long pixel = 0; pixel < rows.count * p.output.width; pixel++)
      clear_lanes_of(map + pixel * p.output.pixel_floats(), used_lanes, channels);
  }
}

template <typename Filter>
void minimal_forward(const WinogradForward& w, float* scratch, Range bundles, long images, Range rows, Range channels) {
  const Geometry& g = w.filter.g;
  WinogradProduct p{};
  p.input = {g.input_height, g.input_width, g.input_channels};
  p.output = {g.output_height, g.output_width, g.output_channels};
  p.pad_top = g.pad_top;
  p.pad_left = g.pad_left;
  p.x = w.x;
  p.bias = w.bias;
  p.y = w.y;
  p.u = w.u;
  visit_bundles(bundles, images, [&](Range some, long lanes) { winograd_product<Filter, false>(p, scratch, some, lanes, rows, channels); });
}

// The same of dX.
template <typename Filter>
void minimal_input_gradient(const WinogradInputGradient& w, float* scratch, Range bundles, long images, Range rows, Range channels) {
  const Geometry& g = w.filter.g;
  WinogradProduct p{};
  p.input = {g.output_height, g.output_width, g.output_channels};
  p.output = {g.input_height, g.input_width, g.input_channels};
  p.pad_top = Filter::kKernel - 1 - g.pad_top;
  p.pad_left = Filter::kKernel - 1 - g.pad_left;
  p.x = w.dy;
  p.y = w.dx;
  p.u = w.u;
  p.backward = p.turned = true;
  visit_bundles(bundles, images, [&](Range some, long lanes) { winograd_product<Filter, false>(p, scratch, some, lanes, rows, channels); });
}

// The same from tiles of dY, which overlap in dX: there are fewer of them where dX is the larger.
template <typename Filter>
void minimal_input_gradient_overlapping(const WinogradInputGradient& w, float* scratch, Range bundles, long images, Range rows,
                                        Range channels) {
  const Geometry& g = w.filter.g;
  WinogradProduct p{};
  p.input = {g.output_height, g.output_width, g.output_channels};
  p.output = {g.input_height, g.input_width, g.input_channels};
  p.pad_top = g.pad_top;
  p.pad_left = g.pad_left;
  p.x = w.dy;
  p.y = w.dx;
  p.u = w.u;
  p.backward = true;
  visit_bundles(bundles, images, [&](Range some, long lanes) { winograd_product<Filter, true>(p, scratch, some, lanes, rows, channels); });
}
