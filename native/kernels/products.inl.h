// Packing of matrices into panels, the plain product C = A B + bias, and sums of rows.
//
// A packed matrix is a row of panels, PANEL_COLUMNS wide: element (k, j) of panel p at ((p·rows) + k)·PANEL_COLUMNS + j, zero where the
// matrix has no column.

// Rows of A packed at a time: with kDepth elements each they fill 172 KiB, which stays in L2.
constexpr long kBlockRows = 168;

void pack(const Pack& m, Range panels) {
  const long rows = m.rows, columns = m.columns;
  const float* b = m.b;
  float* packed = m.packed;
  for (long p = panels.first; p < panels.first + panels.count; p++) {
    const long first = p * PANEL_COLUMNS;
    const long count = min(PANEL_COLUMNS, columns - first);
    for (long k = 0; k < rows; k++) {
      float* to = packed + (p * rows + k) * PANEL_COLUMNS;
      copy_run(to, b + k * columns + first, count);
      zero_run(to + count, PANEL_COLUMNS - count);
    }
  }
}

void pack_transposed(const PackTransposed& m, Range panels) {
  const long rows = m.rows, columns = m.columns;
  const float* b = m.b;
  float* packed = m.packed;
  for (long p = panels.first; p < panels.first + panels.count; p++) {
    const long first = p * PANEL_COLUMNS;
    const long count = min(PANEL_COLUMNS, rows - first);
    float* to = packed + p * columns * PANEL_COLUMNS;
    // Blocks of columns, so that the panel's rows being written stay in L1 while b is read along its rows.
    constexpr long kColumnBlock = 64;
    for (long k0 = 0; k0 < columns; k0 += kColumnBlock) {
      const long k1 = min(columns, k0 + kColumnBlock);
      const long squares = k1 - (k1 - k0) % 4;
      for (long j = 0; j < count; j += 4) {
        const float* from = b + (first + j) * columns;
        const long some = min(4, count - j);
        for (long k = k0; some == 4 && k < squares; k += 4) {
          const V4 four[] = {*(const V4*)(from + k), *(const V4*)(from + columns + k), *(const V4*)(from + 2 * columns + k),
                             *(const V4*)(from + 3 * columns + k)};
          turn_square(four, to + k * PANEL_COLUMNS + j, PANEL_COLUMNS);
        }
        for (long k = some == 4 ? squares : k0; k < k1; k++) {
          for (long i = 0; i < some; i++) to[k * PANEL_COLUMNS + j + i] = from[i * columns + k];
        }
      }
      for (long k = k0; k < k1; k++) zero_run(to + k * PANEL_COLUMNS + count, PANEL_COLUMNS - count);
    }
  }
}

long matmul_scratch_floats(const Matmul&) { return kBlockRows * kBlockStride; }

void matmul(const Matmul& product, float* scratch, long m, Range panels) {
  const long n = product.n, k = product.k;
  const float* a = product.a;
  const float* packed = product.packed;
  const float* bias = product.bias;
  float* c = product.c;
  for (long row = 0; row < m; row += kBlockRows) {
    const long rows = min(kBlockRows, m - row);
    for (long k0 = 0; k0 < k; k0 += kDepth) {
      const long depth = min(kDepth, k - k0);
      for (long i = 0; i < rows; i++) copy_run(scratch + i * kBlockStride, a + (row + i) * k + k0, depth);
      for (long p = panels.first; p < panels.first + panels.count; p++) {
        const long column = p * PANEL_COLUMNS;
        multiply_panel<Layout::kRows>(PanelProduct{scratch, rows, packed + (p * k + k0) * PANEL_COLUMNS, depth, c + row * n + column, n,
                                                   min(PANEL_COLUMNS, n - column),
                                                   k0 > 0 ? Start::kAccumulate
                                                   : bias ? Start::kBias
                                                          : Start::kZero,
                                                   bias ? bias + column : nullptr});
      }
    }
  }
}

void sum_rows(const SumRows& s, float* scratch, Range rows) { sum_rows_of(s.channels, s.x, s.sums, scratch, rows); }

constexpr ProductKernels kProductKernels = {
    {pack},
    {pack_transposed},
    {matmul, matmul_scratch_floats},
    {sum_rows, channel_scratch_floats},
};
