// Blocks of phi(X), the im2row matrix: row p holds the window of output position p, element k = (ky·kernel_width + kx)·channels + c.
// For one ky, the elements of a row are one run of kernel_width·channels floats of the input; a block is packed, or added
// back, run by run. Of a convolution in groups, each group has a phi(X) of its own, of its channels: there a run is one pixel's, and so it is
// where the window has gaps within its rows.

// Output positions in order: image, y, x.
struct Position {
  long image, y, x;

  void advance(const Geometry& g) {
    if (++x < g.output_width) return;
    x = 0;
    if (++y < g.output_height) return;
    y = 0;
    image++;
  }
};

inline Position position_at(const Geometry& g, long index) {
  const long in_image = index % g.positions();
  return Position{index / g.positions(), in_image / g.output_width, in_image % g.output_width};
}

// for_each_run for one of several groups, and for windows with gaps.
template <typename Visit, typename Pad>
inline void for_each_pixel(const Geometry& g, const Position& p, long group, long k0, long k1, Visit visit, Pad pad) {
  const long run = g.group_inputs();
  const long image = p.image * g.input_floats() + group * run;
  for (long tap = k0 / run; tap * run < k1; tap++) {
    const long y = p.y * g.stride_y - g.pad_top + tap / g.kernel_width * g.dilation_y;
    const long x = p.x * g.stride_x - g.pad_left + tap % g.kernel_width * g.dilation_x;
    const long first = max(k0, tap * run);
    const long count = min(k1, (tap + 1) * run) - first;
    if (y < 0 || y >= g.input_height || x < 0 || x >= g.input_width) {
      pad(first, count);
    } else {
      visit(first, image + (y * g.input_width + x) * g.input_channels + (first - tap * run), count);
    }
  }
}

// Calls visit(k, from, count) for each part of the group's row `p`, limited to elements [k0, k1), that lies inside the input: elements
// [k, k + count) of the row are the floats at offset `from` of the images. Calls pad(k, count) for the parts outside.
template <typename Visit, typename Pad>
inline void for_each_run(const Geometry& g, const Position& p, long group, long k0, long k1, Visit visit, Pad pad) {
  if (g.groups > 1 || g.dilation_x > 1) return for_each_pixel(g, p, group, k0, k1, visit, pad);
  const long run = long(g.kernel_width) * g.input_channels;
  const long row_floats = long(g.input_width) * g.input_channels;
  const long left = p.x * g.stride_x - g.pad_left;
  // Elements of a run before `inside` and from `outside` on lie left and right of the input.
  const long inside = max(0, -left) * g.input_channels;
  const long outside = max(inside, min(run, (g.input_width - left) * g.input_channels));
  const long image = p.image * g.input_floats() + left * g.input_channels;
  for (long ky = k0 / run; ky * run < k1; ky++) {
    const long y = p.y * g.stride_y - g.pad_top + ky * g.dilation_y;
    const long first = max(k0, ky * run);
    const long last = min(k1, (ky + 1) * run);
    if (y < 0 || y >= g.input_height) {
      pad(first, last - first);
      continue;
    }
    const long begin = min(last, max(first, ky * run + inside));
    const long end = max(begin, min(last, ky * run + outside));
    if (begin > first) pad(first, begin - first);
    if (end > begin) visit(begin, image + y * row_floats + (begin - ky * run), end - begin);
    if (last > end) pad(end, last - end);
  }
}

// Writes rows [row, row + rows) and elements [k0, k1) of a group's phi(x) to a block of A (see Tile).
inline void pack_im2row(const Geometry& g, long group, const float* x, long row, long rows, long k0, long k1, float* block) {
  Position p = position_at(g, row);
  for (long i = 0; i < rows; i++, p.advance(g)) {
    float* to = block + i * kBlockStride - k0;
    for_each_run(
        g, p, group, k0, k1, [&](long k, long from, long count) { copy_run(to + k, x + from, count); },
        [&](long k, long count) { zero_run(to + k, count); });
  }
}

// Adds rows [row, row + rows) and elements [k0, k1) of a matrix with the shape of a group's phi(X) to dx: row2im.
inline void add_row2im(const Geometry& g, long group, float* dx, long row, long rows, long k0, long k1, const float* block,
                       long block_stride) {
  Position p = position_at(g, row);
  for (long i = 0; i < rows; i++, p.advance(g)) {
    const float* from = block + i * block_stride - k0;
    for_each_run(g, p, group, k0, k1, [&](long k, long to, long count) { add_run(dx + to, from + k, count); }, [](long, long) {});
  }
}
