// Where branches meet and part: sums, and columns of one matrix moved into another.

void add_elements(const float* a, const float* b, float* sum, Range elements) {
  for_each_element(elements, [&](long i, Mask mask) { store(sum + i, load(a + i, mask) + load(b + i, mask), mask); });
}

void copy_columns(long columns, const float* x, ColumnRun from, float* y, ColumnRun to, Range rows) {
  for (long row = rows.first; row < rows.first + rows.count; row++) {
    copy_run(y + row * to.width + to.first, x + row * from.width + from.first, columns);
  }
}
