// Moving runs of floats: the building block of packing and scattering.

inline void copy_run(float* to, const float* from, long n) {
  long i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, load(from + i));
  if (i < n) {
    const Mask tail = first_lanes(n - i);
    store(to + i, load(from + i, tail), tail);
  }
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

inline long min(long a, long b) { return a < b ? a : b; }
inline long max(long a, long b) { return a > b ? a : b; }
