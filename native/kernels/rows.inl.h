// Moving runs of floats: the building block of packing and scattering.

inline void copy_run(float* to, const float* from, long n) {
  long i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, load(from + i));
  if (i < n) {
    const Mask tail = first_lanes(n - i);
    store(to + i, load(from + i, tail), tail);
  }
}

// An array of at least so many floats, 2 MB, stays in no core's cache until it is read.
constexpr long kStreamedFloats = 512 * 1024;

// The same, past the caches: a line that is written whole need not be fetched. Call settle_streams behind the last one.
inline void stream_run(float* to, const float* from, long n) {
  if (uintptr_t(to) % sizeof(V) != 0 || n % kLanes != 0) {
    copy_run(to, from, n);
    return;
  }
  for (long i = 0; i < n; i += kLanes) stream(to + i, load(from + i));
}

inline void zero_run(float* to, long n) {
  const V zero = splat(0);
  long i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, zero);
  if (i < n) store(to + i, zero, first_lanes(n - i));
}

inline void add_run(float* to, const float* from, long n) {
  long i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, load(to + i) + load(from + i));
  if (i < n) {
    const Mask tail = first_lanes(n - i);
    store(to + i, load(to + i, tail) + load(from + i, tail), tail);
  }
}

typedef float V4 __attribute__((vector_size(16), aligned(4)));

// Four rows of four floats become columns: to[c·row + r] = rows[r][c].
inline void turn_square(const V4* rows, float* to, long row) {
  const V4 a = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5), b = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
  const V4 c = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7), d = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
  *(V4*)to = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  *(V4*)(to + row) = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  *(V4*)(to + 2 * row) = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  *(V4*)(to + 3 * row) = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

inline long min(long a, long b) { return a < b ? a : b; }
inline long max(long a, long b) { return a > b ? a : b; }
