// Inverted dropout. The mask is never stored: backward draws the same numbers again.

void dropout(const float* x, float* y, const DropoutSettings& s, const int32_t* sample_ids, long floats_per_image,
             Range images) {
  const uint32_t threshold = uint32_t(s.rate * 4294967296.0);
  const float scale = float(1.0 / (1.0 - s.rate));
  for (long image = images.first; image < images.first + images.count; image++) {
    const float* from = x + image * floats_per_image;
    float* to = y + image * floats_per_image;
    for (long e = 0; e < floats_per_image; e += 4) {
      const PhiloxBlock random = philox(s.key, uint32_t(e / 4), uint32_t(sample_ids[image]), s.epoch, 0);
      const long count = min(4, floats_per_image - e);
      for (long i = 0; i < count; i++) to[e + i] = random.word[i] >= threshold ? from[e + i] * scale : 0.0f;
    }
  }
}
