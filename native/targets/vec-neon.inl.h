// Vectors of 4 floats: NEON of arm64, which has fused multiply-add.

constexpr int kLanes = 4;
// Rows and vectors of the micro-kernel's tile: 12×2 accumulators, 2 vectors of B and the broadcasts fit 32 registers.
constexpr int kTileRows = 12;
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

inline V load(const float* p) { return (V)vld1q_f32(p); }
inline void store(float* p, V v) { vst1q_f32(p, (float32x4_t)v); }
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
inline V splat(float x) { return (V)vdupq_n_f32(x); }
inline V fma(V a, V b, V c) { return (V)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
inline V square_root(V x) { return (V)vsqrtq_f32((float32x4_t)x); }
inline V round_to_even(V x) { return (V)vrndnq_f32((float32x4_t)x); }
