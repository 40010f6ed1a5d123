// Where branches meet and part: sums, and columns of one matrix moved into another.

void add_elements(const AddElements& s, Range elements) {
  const float* a = s.a;
  const float* b = s.b;
  float* sum = s.sum;
  for_each_element(elements, [&](long i, Mask mask) { store(sum + i, load(a + i, mask) + load(b + i, mask), mask); });
}

void copy_columns(const CopyColumns& c, Range rows) {
  for (long row = rows.first; row < rows.first + rows.count; row++) {
    copy_run(c.y + row * c.y_width + c.y_first, c.x + row * c.x_width + c.x_first, c.columns);
  }
}

constexpr JoinKernels kJoinKernels = {{add_elements}, {copy_columns}};
