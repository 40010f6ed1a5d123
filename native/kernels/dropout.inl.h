// Inverted dropout. The mask is never stored: backward draws the same numbers again.

// Philox4x32-10 (Salmon et al., SC 2011), as in src/core/rng.ts.
struct PhiloxBlock {
  uint32_t word[4];
};

inline PhiloxBlock philox(uint32_t k0, uint32_t k1, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = uint64_t(0xd2511f53) * c0;
    const uint64_t p1 = uint64_t(0xcd9e8d57) * c2;
    c0 = uint32_t(p1 >> 32) ^ c1 ^ k0;
    c1 = uint32_t(p1);
    c2 = uint32_t(p0 >> 32) ^ c3 ^ k1;
    c3 = uint32_t(p0);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  return PhiloxBlock{{c0, c1, c2, c3}};
}

void dropout(const float* x, float* y, const DropoutSettings& s, const int32_t* sample_ids, long floats_per_image,
             Range images) {
  const uint32_t threshold = uint32_t(s.rate * 4294967296.0);
  const float scale = float(1.0 / (1.0 - s.rate));
  for (long image = images.first; image < images.first + images.count; image++) {
    const float* from = x + image * floats_per_image;
    float* to = y + image * floats_per_image;
    for (long e = 0; e < floats_per_image; e += 4) {
      const PhiloxBlock random = philox(s.key_low, s.key_high, uint32_t(e / 4), uint32_t(sample_ids[image]), s.epoch, 0);
      const long count = min(4, floats_per_image - e);
      for (long i = 0; i < count; i++) to[e + i] = random.word[i] >= threshold ? from[e + i] * scale : 0.0f;
    }
  }
}
