// Vectors of 8 floats: AVX2 and FMA.

constexpr int kLanes = 8;
// Rows and vectors of the micro-kernel's tile: 6×2 accumulators, 2 vectors of B and 1 broadcast fill 15 of 16 registers.
constexpr int kTileRows = 6;
constexpr int kTileVectors = 2;
// Registers, of which a tile of a convolution in lanes holds sums, an input for each position and a weight; and its channels at most.
constexpr int kVectorRegisters = 16;
constexpr int kLaneTileChannels = 6;
// Tile of a kernel's gradient in lanes: input channels (or neighbouring taps' channels) × output channels, in registers with both.
constexpr int kGradientInputs = 3;
constexpr int kGradientOutputs = 3;

typedef float V __attribute__((vector_size(32)));
typedef int32_t VI __attribute__((vector_size(32)));
typedef uint8_t VB __attribute__((vector_size(8)));
// Half a bundle in lanes is whole vectors.
typedef V Half;
typedef __m256i Mask;

inline V load(const float* p) { return (V)_mm256_loadu_ps(p); }
inline void store(float* p, V v) { _mm256_storeu_ps(p, (__m256)v); }
// Past the caches, to a multiple of a vector's bytes; other threads are sure to see it only once streams have settled.
inline void stream(float* p, V v) { _mm256_stream_ps(p, (__m256)v); }
inline void settle_streams() { _mm_sfence(); }
inline Mask first_lanes(long n) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n > 8 ? 8 : int(n)), lane);
}
// Lanes outside the mask are not read, and are zero.
inline V load(const float* p, Mask m) { return (V)_mm256_maskload_ps(p, m); }
inline void store(float* p, V v, Mask m) { _mm256_maskstore_ps(p, m, (__m256)v); }
inline V splat(float x) { return (V)_mm256_set1_ps(x); }
inline V fma(V a, V b, V c) { return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
inline V square_root(V x) { return (V)_mm256_sqrt_ps((__m256)x); }
inline V round_to_even(V x) { return (V)_mm256_round_ps((__m256)x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
