// A border around images, n×h×w×c; vectors run along the channels, and along rows inside.

// The row or column of the image that a place of the padded one shows, counted from the image's first; -1 where it shows the value.
inline long source_of(long place, long size, long fill) {
  if (place >= 0 && place < size) return place;
  if (fill == BORDER_CONSTANT) return -1;
  if (fill == BORDER_REPLICATE) return place < 0 ? 0 : size - 1;
  return place < 0 ? -place : 2 * (size - 1) - place;
}

inline void fill_run(float* to, float value, long n) {
  for (long i = 0; i < n; i++) to[i] = value;
}

// Calls visit(place, column) for each place of the padded row beside the image, from left to right on either side; column as source_of.
template <typename Visit>
inline void for_each_beside(const BorderFrame& f, long first, long end, Visit visit) {
  for (long place = first; place < end; place++) visit(place, source_of(place - f.left, f.width, f.fill));
}

void fill_border(const FillBorder& b, Range rows) {
  const BorderFrame f = b.frame;
  const float value = b.value;
  const long inner = f.width * f.channels, outer = f.outer_width() * f.channels;
  for (long row = rows.first; row < rows.first + rows.count; row++) {
    const long source = source_of(row % f.outer_height() - f.top, f.height, f.fill);
    float* y = b.y + row * outer;
    if (source < 0) {
      fill_run(y, value, outer);
      continue;
    }
    const float* x = b.x + (row / f.outer_height() * f.height + source) * inner;
    const auto fill = [&](long place, long column) {
      if (column < 0) return fill_run(y + place * f.channels, value, f.channels);
      copy_run(y + place * f.channels, x + column * f.channels, f.channels);
    };
    for_each_beside(f, 0, f.left, fill);
    copy_run(y + f.left * f.channels, x, inner);
    for_each_beside(f, f.left + f.width, f.outer_width(), fill);
  }
}

// Adds a row of dy to the row of the image that it shows: what is beside the image on the left, then the image, then what is on the right.
inline void fold_row(const BorderFrame& f, float* dx, const float* dy) {
  const auto fold = [&](long place, long column) {
    if (column >= 0) add_run(dx + column * f.channels, dy + place * f.channels, f.channels);
  };
  for_each_beside(f, 0, f.left, fold);
  add_run(dx, dy + f.left * f.channels, f.width * f.channels);
  for_each_beside(f, f.left + f.width, f.outer_width(), fold);
}

// Each row gathers from all rows of dy that show it, from the first to the last.
void fold_border(const FoldBorder& b, Range rows) {
  const BorderFrame f = b.frame;
  const long inner = f.width * f.channels, outer = f.outer_width() * f.channels;
  for (long row = rows.first; row < rows.first + rows.count; row++) {
    const long own = row % f.height;
    const float* image = b.dy + row / f.height * f.outer_height() * outer;
    float* dx = b.dx + row * inner;
    zero_run(dx, inner);
    const auto fold = [&](long first, long end) {
      for (long place = first; place < end; place++) {
        if (source_of(place - f.top, f.height, f.fill) == own) fold_row(f, dx, image + place * outer);
      }
    };
    fold(0, f.top);
    fold_row(f, dx, image + (f.top + own) * outer);
    fold(f.top + f.height, f.outer_height());
  }
}

constexpr BorderKernels kBorderKernels = {{fill_border}, {fold_border}};
