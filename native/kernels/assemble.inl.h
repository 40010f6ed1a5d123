// From the data set's bytes to a mini-batch's input.

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
