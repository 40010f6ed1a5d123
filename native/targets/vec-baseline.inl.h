// Vectors of 4 floats in GCC's and Clang's own terms: SSE2 on x86, and any other processor. Without fused multiply-add this
// target agrees with the others within rounding only.
constexpr int kLanes = 4;
constexpr int kTileRows = 4;
constexpr int kTileVectors = 2;
// Registers, of which a tile of a convolution in lanes holds sums, an input for each position and a weight; and its channels at most.
constexpr int kVectorRegisters = 32;
constexpr int kLaneTileChannels = 8;
// Tile of a kernel's gradient in lanes: input channels (or neighbouring taps' channels) × output channels, in registers with both.
constexpr int kGradientInputs = 5;
constexpr int kGradientOutputs = 5;

typedef float V __attribute__((vector_size(16)));
typedef int32_t VI __attribute__((vector_size(16)));
typedef uint8_t VB __attribute__((vector_size(4)));
// Half a bundle in lanes is whole vectors.
typedef V Half;
struct Mask {
  int count;
};

inline V load(const float* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(float* p, V v) { __builtin_memcpy(p, &v, sizeof v); }
inline void stream(float* p, V v) { store(p, v); }
inline void settle_streams() {}
inline Mask first_lanes(long n) { return Mask{n > kLanes ? kLanes : int(n)}; }
// Lanes outside the mask are not read, and are zero.
inline V load(const float* p, Mask m) {
  V v = {0, 0, 0, 0};
  for (int i = 0; i < m.count; i++) v[i] = p[i];
  return v;
}
inline void store(float* p, V v, Mask m) {
  for (int i = 0; i < m.count; i++) p[i] = v[i];
}
inline V splat(float x) { return V{x, x, x, x}; }
inline V fma(V a, V b, V c) { return a * b + c; }
inline V square_root(V x) {
  for (int i = 0; i < kLanes; i++) x[i] = __builtin_sqrtf(x[i]);
  return x;
}
// Right for |x| < 2^22, which is all that is asked of it: adding 1.5·2^23 leaves no bits for a fraction.
inline V round_to_even(V x) {
  const V magic = splat(12582912.0f);
  return (x + magic) - magic;
}
