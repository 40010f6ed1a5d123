// Depthwise kernels that are three taps wide, move by one position and keep the width, as nearly all are. What lies beside a row is left out
// by tiles of their own at its ends, and a pixel is loaded once for the three positions of a row that need it. Sums take their products in the
// same order as those of other kernels.

constexpr int kThree = 3;
// Lines of one channel lie in few places of the L1 if pixels are wide, and a tile reads from three rows: more positions would overfill them.
constexpr int kThreesPositions = 4;

inline bool is_three_wide(const Geometry& g) {
  return g.kernel_width == kThree && g.stride_x == 1 && g.pad_left == 1 && g.output_width == g.input_width;
}

// Calls multiply(position, tap, load_pixel(pixel)) for all products of a tile's row, pixel by pixel; tap 1 is at the position's own pixel.
// kFirst, kLast: whether its first position is the row's first, with nothing beside it, and its last one the row's last.
template <int kPositions, bool kFirst, bool kLast, typename Load, typename Multiply>
inline __attribute__((always_inline)) void for_each_of_threes(Load load_pixel, Multiply multiply) {
#pragma GCC unroll 6
  for (int pixel = kFirst ? 0 : -1; pixel < kPositions + (kLast ? 0 : 1); pixel++) {
    const V some = load_pixel(pixel);
#pragma GCC unroll 3
    for (int tap = 0; tap < kThree; tap++) {
      const int position = pixel - tap + 1;
      if (position >= 0 && position < kPositions) multiply(position, tap, some);
    }
  }
}

// The functions of all tiles: [positions - 1][is first][is last]. Make<...>::run is one of them.
template <typename Function>
struct ThreesTiles {
  Function function[kThreesPositions][2][2] = {};
};

template <typename Function, template <int, bool, bool> typename Make, int kPositions = kThreesPositions>
constexpr ThreesTiles<Function> make_threes_tiles(ThreesTiles<Function> tiles = {}) {
  auto& ends = tiles.function[kPositions - 1];
  ends[0][0] = Make<kPositions, false, false>::run;
  ends[0][1] = Make<kPositions, false, true>::run;
  ends[1][0] = Make<kPositions, true, false>::run;
  ends[1][1] = Make<kPositions, true, true>::run;
  if constexpr (kPositions > 1) return make_threes_tiles<Function, Make, kPositions - 1>(tiles);
  return tiles;
}

// Calls visit(position, function) for the tiles of a whole row of so many positions.
template <typename Function, typename Visit>
inline void for_each_tile_of_threes(const ThreesTiles<Function>& tiles, long count, Visit visit) {
  cut_evenly(count, kThreesPositions, [&](long position, long positions) {
    visit(position, tiles.function[positions - 1][position == 0][position + positions == count]);
  });
}

template <bool kInLanes>
struct GatherThrees {
  template <int kPositions, bool kFirst, bool kLast>
  struct Tile {
    // tile.x is at the first position's own pixel.
    static void run(const DepthwiseTile& tile) {
      const DepthwiseTile t = tile;
      for_each_vector_of(t.floats, [&](long at, auto lanes) __attribute__((always_inline)) {
        const float* weights = weights_of<kInLanes>(t, at);
        const V start = start_of<kInLanes>(t, at, lanes);
        V sum[kPositions];
#pragma GCC unroll 4
        for (int p = 0; p < kPositions; p++) sum[p] = start;
        const float* x = t.x + at;
        for (long ky = t.rows.first; ky < t.rows.end; ky += t.rows.step, x += t.rows.stride) {
          V weight[kThree];
#pragma GCC unroll 3
          for (int kx = 0; kx < kThree; kx++) weight[kx] = weight_of<kInLanes>(weights + (ky * kThree + kx) * PANEL_COLUMNS);
          for_each_of_threes<kPositions, kFirst, kLast>(
              [&](int pixel) __attribute__((always_inline)) { return load(x + pixel * t.position_floats, lanes); },
              [&](int p, int kx, V some) __attribute__((always_inline)) { sum[p] = fma(weight[kx], some, sum[p]); });
        }
        float* y = t.y + at;
        const float* ahead = t.ahead + at;
#pragma GCC unroll 4
        for (int p = 0; p < kPositions; p++) {
          __builtin_prefetch(ahead + p * t.position_floats, 0, 2);
          store(y + p * t.y_position_floats, sum[p], lanes);
        }
      });
    }
  };
};

constexpr auto kThreesTiles = make_threes_tiles<DepthwiseTileFunction, GatherThrees<false>::Tile>();
constexpr auto kThreesLaneTiles = make_threes_tiles<DepthwiseTileFunction, GatherThrees<true>::Tile>();

// Calls the tiles of a whole row, the first of which is `tile`; it is left at any of them.
inline void gather_row_of_threes(DepthwiseTile& tile, long lanes, long count) {
  const float *x = tile.x, *ahead = tile.ahead;
  float* y = tile.y;
  for_each_tile_of_threes(lanes > 1 ? kThreesLaneTiles : kThreesTiles, count, [&](long position, DepthwiseTileFunction run) {
    tile.x = x + position * tile.position_floats;
    tile.y = y + position * tile.y_position_floats;
    tile.ahead = ahead + position * tile.position_floats;
    run(tile);
  });
}
