// Inverted dropout. The mask is never stored: backward draws the same numbers again.

void dropout(const Dropout& d, long epoch, Range images) {
  const uint32_t threshold = uint32_t(d.rate * 4294967296.0);
  const float scale = float(1.0 / (1.0 - d.rate));
  for (long image = images.first; image < images.first + images.count; image++) {
    const float* from = d.x + image * d.floats_per_image;
    float* to = d.y + image * d.floats_per_image;
    for (long e = 0; e < d.floats_per_image; e += 4) {
      const PhiloxBlock random = philox(d.key, uint32_t(e / 4), uint32_t(d.sample_ids[image]), uint32_t(epoch), 0);
      const long count = min(4, d.floats_per_image - e);
      // What is dropped is 0, or NaN where it is not finite, so that a run that diverges is seen to.
      for (long i = 0; i < count; i++) to[e + i] = random.word[i] >= threshold ? from[e + i] * scale : from[e + i] * 0.0f + 0.0f;
    }
  }
}
