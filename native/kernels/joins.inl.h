// Where branches meet and part: sums, columns of one matrix moved into another, and maps times gates.

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

void multiply_by_gate(const MultiplyByGate& m, Range maps, Range rows) {
  const long positions = m.positions, width = m.width;
  for (long map = maps.first; map < maps.first + maps.count; map++) {
    const float* gate = m.gate + map * width;
    for (long row = map * positions + rows.first; row < map * positions + rows.first + rows.count; row++) {
      const float* x = m.x + row * width;
      float* y = m.y + row * width;
      for_each_vector(width, [&](long i, Mask mask) { store(y + i, load(x + i, mask) * load(gate + i, mask), mask); });
    }
  }
}

// Each sum is one chain over the positions in ascending order.
void gate_gradient(const GateGradient& g, Range maps) {
  const long positions = g.positions, width = g.width;
  for (long map = maps.first; map < maps.first + maps.count; map++) {
    float* sums = g.d_gate + map * width;
    zero_run(sums, width);
    for (long row = map * positions; row < (map + 1) * positions; row++) {
      const float* x = g.x + row * width;
      const float* dy = g.dy + row * width;
      for_each_vector(width,
                      [&](long i, Mask mask) { store(sums + i, fma(load(x + i, mask), load(dy + i, mask), load(sums + i, mask)), mask); });
    }
  }
}

constexpr JoinKernels kJoinKernels = {{add_elements}, {copy_columns}, {multiply_by_gate}, {gate_gradient}};
