// A worker's sign of life.

// Another thread may read the words meanwhile: no value is half of one and half of the next.
void beat(const Beat& b, long place) {
  __atomic_store_n(b.words + 1, int32_t(place), __ATOMIC_RELAXED);
  const uint32_t beats = uint32_t(__atomic_load_n(b.words, __ATOMIC_RELAXED)) + 1;
  __atomic_store_n(b.words, int32_t(beats), __ATOMIC_RELAXED);
}

constexpr PulseKernels kPulseKernels = {{beat}};
