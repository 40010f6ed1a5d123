// The layout of narrow layers: groups of 16 images side by side, groups×h×w×c×16, so that a vector is one channel of one pixel in
// neighbouring images. No lane is wasted on a layer with few channels, nothing needs packing, and a border is a shorter loop.
//
// A sum over images is one chain a lane over ascending positions, then a fixed tree over the lanes.

constexpr long kGroupImages = 16;
constexpr long kParts = kGroupImages / kLanes;

// lanes[i] + lanes[i + 8], then + 4, + 2, + 1; lanes from `count` on are left out.
inline float sum_lanes(const float* lanes, long count) {
  typedef float V8 __attribute__((vector_size(32), aligned(4)));
  typedef float V4 __attribute__((vector_size(16), aligned(4)));
  float kept[kGroupImages];
  if (count < kGroupImages) {
    for (long i = 0; i < kGroupImages; i++) kept[i] = i < count ? lanes[i] : 0.0f;
    lanes = kept;
  }
  V8 eight = *(const V8*)lanes + *(const V8*)(lanes + 8);
  const V4 four = *(const V4*)&eight + *((const V4*)&eight + 1);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

// sums[c] = the sum over lanes of channel c of one pixel.
void sum_channel_lanes(long channels, const float* x, float* sums, long images) {
  for (long c = 0; c < channels; c++) sums[c] = sum_lanes(x + c * kGroupImages, images);
}

// Some elements of one group's images from the data set; lanes without an image are zero.
void assemble_lanes(const uint8_t* pixels, const int32_t* sample_ids, const float* mean, const float* scale, float* x,
                    long floats_per_image, Range images, Range elements) {
  const long end = elements.first + elements.count;
  for (long lane = 0; lane < kGroupImages; lane++) {
    if (lane >= images.count) {
      for (long i = elements.first; i < end; i++) x[i * kGroupImages + lane] = 0;
      continue;
    }
    const uint8_t* from = pixels + sample_ids[images.first + lane] * floats_per_image;
    for (long i = elements.first; i < end; i++) x[i * kGroupImages + lane] = (float(from[i]) - mean[i]) * scale[i];
  }
}

// One group's images one after another.
void gather_lanes(const float* lanes, float* images, long floats_per_image, long count) {
  for (long image = 0; image < count; image++) {
    for (long i = 0; i < floats_per_image; i++) images[image * floats_per_image + i] = lanes[i * kGroupImages + image];
  }
}

// The other way round; lanes without an image are zero.
void scatter_lanes(const float* images, float* lanes, long floats_per_image, long count) {
  for (long i = 0; i < floats_per_image; i++) {
    for (long image = 0; image < kGroupImages; image++) {
      lanes[i * kGroupImages + image] = image < count ? images[image * floats_per_image + i] : 0;
    }
  }
}
