// From the data set's bytes to a mini-batch's input, each image shifted, mirrored and cut as its transform says.

// The row or column that is seen at i, less than `size` outside of [0, size); -1 for black.
inline long source_of(long i, long size, bool reflect) {
  if (i >= 0 && i < size) return i;
  if (!reflect) return -1;
  return i < 0 ? -i : 2 * (size - 1) - i;
}

struct Rectangle {
  long top, left, height, width;
};

// How elements are normalised, and how far apart they are put.
template <long kStride>
struct Normaliser {
  const float* mean;
  const float* scale;
  float* to;

  // Elements [first, first + count) from bytes in the same order.
  void put(const uint8_t* from, long first, long count) const {
    for (long i = 0; i < count; i++) put_one(first + i, float(from[i]));
  }
  void put_black(long first, long count) const {
    for (long i = 0; i < count; i++) put_one(first + i, 0.0f);
  }
  // Pixels from bytes in the reverse order, the last pixel first; kChannels is `channels`, or 0 for any number.
  template <long kChannels>
  void put_reversed(const uint8_t* last, long first, long pixels, long channels) const {
    const long size = kChannels ? kChannels : channels;
    for (long i = 0; i < pixels; i++) {
      for (long c = 0; c < size; c++) put_one(first + i * size + c, float(last[c - i * size]));
    }
  }
  void clear(long first, long count) const {
    for (long e = first; e < first + count; e++) to[e * kStride] = 0;
  }

 private:
  void put_one(long e, float pixel) const { to[e * kStride] = (pixel - mean[e]) * scale[e]; }
};

// One row from a row of the data, which is null for black. Between `begin` and `end` all columns are inside, in one order or the other.
template <long kStride>
inline void assemble_row(const uint8_t* from, const Transform& t, const ImageFrame& frame, long first,
                         const Normaliser<kStride>& normaliser) {
  const long width = frame.width, channels = frame.channels;
  if (from == nullptr) return normaliser.put_black(first, width * channels);
  const long shift = t.flip ? -t.dx : t.dx;
  const long begin = shift < 0 ? -shift : 0, end = shift < 0 ? width : width - shift;
  const long elements = first + begin * channels, pixels = end - begin;
  const uint8_t* start = from + source_of((t.flip ? width - 1 - begin : begin) + t.dx, width, false) * channels;
  if (!t.flip) {
    normaliser.put(start, elements, pixels * channels);
  } else if (channels == 1) {
    normaliser.template put_reversed<1>(start, elements, pixels, 1);
  } else if (channels == 3) {
    normaliser.template put_reversed<3>(start, elements, pixels, 3);
  } else {
    normaliser.template put_reversed<0>(start, elements, pixels, channels);
  }
  for (long x = begin > 0 ? 0 : end; x < (begin > 0 ? begin : width); x++) {
    const long column = source_of((t.flip ? width - 1 - x : x) + t.dx, width, frame.reflect);
    if (column < 0) {
      normaliser.put_black(first + x * channels, channels);
    } else {
      normaliser.put(from + column * channels, first + x * channels, channels);
    }
  }
}

// What of a row lies in a rectangle becomes 0.
template <long kStride>
inline void clear_rectangle(const ImageFrame& frame, const Rectangle& rectangle, long y, const Normaliser<kStride>& normaliser) {
  if (y < rectangle.top || y - rectangle.top >= rectangle.height) return;
  const long left = rectangle.left > 0 ? rectangle.left : 0;
  const long right = min(frame.width, rectangle.left + rectangle.width);
  normaliser.clear((y * frame.width + left) * frame.channels, (right - left) * frame.channels);
}

// Some rows of one image, whose elements lie `kStride` apart.
template <long kStride>
inline void assemble_transformed(const uint8_t* from, const Transform& t, const ImageFrame& frame, const float* mean, const float* scale,
                                 float* to, Range rows) {
  const Normaliser<kStride> normaliser{mean, scale, to};
  const long row_floats = frame.width * frame.channels;
  const Rectangle cut{t.cut_top, t.cut_left, t.cut_size, t.cut_size};
  const Rectangle erased{t.erase_top, t.erase_left, t.erase_height, t.erase_width};
  for (long y = rows.first; y < rows.first + rows.count; y++) {
    const long row = source_of(y + t.dy, frame.height, frame.reflect);
    assemble_row(row < 0 ? nullptr : from + row * row_floats, t, frame, y * row_floats, normaliser);
    clear_rectangle(frame, cut, y, normaliser);
    clear_rectangle(frame, erased, y, normaliser);
  }
}

void assemble_augmented_images(const AssembleAugmentedImages& a, Range images) {
  const Augmentation& augmentation = a.augmentation;
  const Assembly& assembly = augmentation.assembly;
  const long floats = augmentation.frame.floats();
  for (long image = images.first; image < images.first + images.count; image++) {
    assemble_transformed<1>(assembly.samples.pixels + assembly.samples.ids[image] * floats, augmentation.transform_of(image),
                            augmentation.frame, assembly.mean, assembly.scale, assembly.x + image * floats,
                            Range{0, augmentation.frame.height});
  }
}

// Some rows of one bundle's images; lanes without an image are zero.
void assemble_augmented_lanes(const AssembleAugmentedLanes& a, long bundle, long images, Range rows) {
  const Augmentation& augmentation = a.augmentation;
  const Assembly& assembly = augmentation.assembly;
  const long floats = augmentation.frame.floats();
  const long row_floats = augmentation.frame.width * augmentation.frame.channels;
  float* x = assembly.x + bundle * floats * BUNDLE_IMAGES;
  clear_lanes_of(x, images, Range{rows.first * row_floats, rows.count * row_floats});
  for (long lane = 0; lane < images; lane++) {
    const long image = bundle * BUNDLE_IMAGES + lane;
    assemble_transformed<BUNDLE_IMAGES>(assembly.samples.pixels + assembly.samples.ids[image] * floats, augmentation.transform_of(image),
                                        augmentation.frame, assembly.mean, assembly.scale, x + lane, rows);
  }
}
