// Random numbers without a state: Philox4x32-10 (Salmon et al., SC 2011), as in src/core/rng.ts.

struct PhiloxBlock {
  uint32_t word[4];
};

inline PhiloxBlock philox(PhiloxKey key, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = uint64_t(0xd2511f53) * c0;
    const uint64_t p1 = uint64_t(0xcd9e8d57) * c2;
    c0 = uint32_t(p1 >> 32) ^ c1 ^ key.low;
    c1 = uint32_t(p1);
    c2 = uint32_t(p0 >> 32) ^ c3 ^ key.high;
    c3 = uint32_t(p0);
    key.low += 0x9e3779b9;
    key.high += 0xbb67ae85;
  }
  return PhiloxBlock{{c0, c1, c2, c3}};
}
