// The micro-kernel: a tile of C, kept in registers, gathers the product of a block of A and a panel of B.
//
// Every element of C is one chain of fused multiply-adds over ascending k, cut into blocks of kDepth, whatever the tile's size.
// So all targets with fused multiply-add give the same bits.

// k elements summed in registers between two visits to C: the panel's block (32 KiB) is read from L1 or close to it.
constexpr long kDepth = 256;
// Floats from one row of a block of A to the next. A constant, so that every row of a tile is one base register plus a
// displacement; 17 cache lines, an odd number, so that rows spread over the cache's sets.
constexpr long kBlockStride = 272;

enum class Start { kZero, kBias, kAccumulate };

struct Tile {
  const float* a;     // block of A: row i, element k at a[i·kBlockStride + k], or transposed at a[k·kBlockStride + i]
  const float* b;     // panel of B: row k, column j at b[k·PANEL_COLUMNS + j]
  long depth;         // k
  float* c;           // row i, column j at c[i·row_floats + j]
  long row_floats;
  long columns;       // of the tile that exist in C
  Start start;
  const float* bias;  // of the tile's first column, with Start::kBias
};

enum class Layout { kRows, kTransposed };

template <int kRows, int kVectors, Layout kLayout>
void multiply_tile(const Tile& t) {
  V sum[kRows][kVectors];
  const Mask tail = first_lanes(t.columns - (kVectors - 1) * kLanes);
  constexpr int kLast = kVectors - 1;
  // Loops over sums are unrolled, here and at the end, or the compiler would keep them in memory.
  if (t.start == Start::kZero) {
    for (int i = 0; i < kRows; i++) {
      for (int j = 0; j < kVectors; j++) sum[i][j] = splat(0);
    }
  } else {
    const float* from = t.start == Start::kBias ? t.bias : t.c;
    const long step = t.start == Start::kBias ? 0 : t.row_floats;
#pragma GCC unroll 14
    for (int i = 0; i < kRows; i++) {
      for (int j = 0; j < kLast; j++) sum[i][j] = load(from + i * step + j * kLanes);
      sum[i][kLast] = load(from + i * step + kLast * kLanes, tail);
    }
  }
  const float* a = t.a;
  const float* b = t.b;
  for (long k = 0; k < t.depth; k++) {
    V row[kVectors];
#pragma GCC unroll 2
    for (int j = 0; j < kVectors; j++) row[j] = load(b + j * kLanes);
#pragma GCC unroll 14
    for (int i = 0; i < kRows; i++) {
      const V factor = splat(kLayout == Layout::kRows ? a[i * kBlockStride] : a[i]);
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; j++) sum[i][j] = fma(factor, row[j], sum[i][j]);
    }
    a += kLayout == Layout::kRows ? 1 : kBlockStride;
    b += PANEL_COLUMNS;
  }
#pragma GCC unroll 14
  for (int i = 0; i < kRows; i++) {
    float* c = t.c + i * t.row_floats;
    for (int j = 0; j < kLast; j++) store(c + j * kLanes, sum[i][j]);
    store(c + kLast * kLanes, sum[i][kLast], tail);
  }
}

typedef void (*TileFunction)(const Tile&);

// The function for a tile of that many rows (1 to kTileRows) and vectors (1 or 2).
template <Layout kLayout, int kRows = kTileRows>
TileFunction find_tile(long rows, long vectors) {
  if (rows == kRows) return vectors == 1 ? multiply_tile<kRows, 1, kLayout> : multiply_tile<kRows, 2, kLayout>;
  if constexpr (kRows > 1) {
    return find_tile<kLayout, kRows - 1>(rows, vectors);
  } else {
    return nullptr;
  }
}

struct PanelProduct {
  const float* a;      // block of A, as in Tile
  long rows;           // of C
  const float* panel;  // block of a panel of B
  long depth;
  float* c;            // first row and column of the panel in C
  long row_floats;
  long columns;        // of the panel that exist in C, at most PANEL_COLUMNS
  Start start;
  const float* bias;
};

// C = start + A B for one block of A and one panel of B.
template <Layout kLayout>
void multiply_panel(const PanelProduct& p) {
  constexpr long kTileColumns = kTileVectors * kLanes;
  for (long column = 0; column < p.columns; column += kTileColumns) {
    const long columns = min(kTileColumns, p.columns - column);
    const long vectors = (columns + kLanes - 1) / kLanes;
    const float* bias = p.bias ? p.bias + column : nullptr;
    for (long row = 0; row < p.rows; row += kTileRows) {
      const long rows = min(kTileRows, p.rows - row);
      const float* a = p.a + (kLayout == Layout::kRows ? row * kBlockStride : row);
      find_tile<kLayout>(
          rows, vectors)(Tile{a, p.panel + column, p.depth, p.c + row * p.row_floats + column, p.row_floats, columns, p.start, bias});
    }
  }
}
