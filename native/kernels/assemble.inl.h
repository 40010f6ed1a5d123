// From the data set's bytes to a mini-batch's input.

// Sums over images of every pixel and of its square.
void sum_pixels(const uint8_t* pixels, const int32_t* sample_ids, int32_t* sums, int32_t* squares, long floats_per_image,
                Range images) {
  int32_t* __restrict sum = sums;
  int32_t* __restrict square = squares;
  for (long i = 0; i < floats_per_image; i++) sum[i] = square[i] = 0;
  for (long image = images.first; image < images.first + images.count; image++) {
    const uint8_t* __restrict from = pixels + sample_ids[image] * floats_per_image;
    for (long i = 0; i < floats_per_image; i++) {
      const int32_t pixel = from[i];
      sum[i] += pixel;
      square[i] += pixel * pixel;
    }
  }
}

void assemble_images(const uint8_t* pixels, const int32_t* sample_ids, const float* mean, const float* scale, float* x,
                     long floats_per_image, Range images) {
  for (long image = images.first; image < images.first + images.count; image++) {
    const uint8_t* from = pixels + sample_ids[image] * floats_per_image;
    float* to = x + image * floats_per_image;
    long i = 0;
    for (; i + kLanes <= floats_per_image; i += kLanes) {
      VB bytes;
      __builtin_memcpy(&bytes, from + i, sizeof bytes);
      store(to + i, (__builtin_convertvector(bytes, V) - load(mean + i)) * load(scale + i));
    }
    for (; i < floats_per_image; i++) to[i] = (float(from[i]) - mean[i]) * scale[i];
  }
}
