// Vectors of 16 floats: AVX-512F, DQ, BW and VL.

constexpr int kLanes = 16;
// Rows and vectors of the micro-kernel's tile: 14×2 accumulators, 2 vectors of B and 1 broadcast fill 31 of 32 registers.
constexpr int kTileRows = 14;
constexpr int kTileVectors = 2;
// Registers, of which a tile of a convolution in lanes holds sums, an input for each position and a weight; and its channels at most.
constexpr int kVectorRegisters = 32;
constexpr int kLaneTileChannels = 9;
// Tile of a kernel's gradient in lanes: input channels (or neighbouring taps' channels) × output channels, in registers with both.
constexpr int kGradientInputs = 5;
constexpr int kGradientOutputs = 5;

typedef float V __attribute__((vector_size(64)));
typedef int32_t VI __attribute__((vector_size(64)));
typedef uint8_t VB __attribute__((vector_size(16)));
// Half a vector, for the lanes of few images.
typedef float Half __attribute__((vector_size(32)));
typedef __mmask16 Mask;

inline V load(const float* p) { return (V)_mm512_loadu_ps(p); }
inline void store(float* p, V v) { _mm512_storeu_ps(p, (__m512)v); }
// Past the caches, to a multiple of a vector's bytes; other threads are sure to see it only once streams have settled.
inline void stream(float* p, V v) { _mm512_stream_ps(p, (__m512)v); }
inline void settle_streams() { _mm_sfence(); }
inline Mask first_lanes(long n) { return n >= 16 ? Mask(0xffff) : Mask((1u << n) - 1); }
// Lanes outside the mask are not read, and are zero.
inline V load(const float* p, Mask m) { return (V)_mm512_maskz_loadu_ps(m, p); }
inline void store(float* p, V v, Mask m) { _mm512_mask_storeu_ps(p, m, (__m512)v); }
inline V splat(float x) { return (V)_mm512_set1_ps(x); }
inline V fma(V a, V b, V c) { return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
inline V square_root(V x) { return (V)_mm512_sqrt_ps((__m512)x); }
inline Half fma(Half a, Half b, Half c) { return (Half)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
inline V round_to_even(V x) { return (V)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
