// What the machine can do at best, for the benchmarks to be measured against.

// As many chains as the micro-kernel's tile has, but enough to hide the latency of a multiply-add on two ports.
constexpr int kProbeChains = kTileRows * kTileVectors > 12 ? kTileRows* kTileVectors : 12;

static_assert(kProbeChains * kLanes <= PROBE_FLOATS, "the chains' ends fit");

// Runs kProbeChains independent chains of `rounds` fused multiply-adds in registers and returns how many floating-point operations
// that were. `ends` has PROBE_FLOATS floats: the chains' first values, x -> x/2 + 1, overwritten by their last.
long probe_peak(const ProbePeak& p, long rounds) {
  float* ends = p.ends;
  V chain[kProbeChains];
  for (int i = 0; i < kProbeChains; i++) chain[i] = load(ends + i * kLanes);
  const V factor = splat(0.5f);
  const V term = splat(1.0f);
  for (long round = 0; round < rounds; round++) {
#pragma GCC unroll 32
    for (int i = 0; i < kProbeChains; i++) chain[i] = fma(chain[i], factor, term);
  }
  for (int i = 0; i < kProbeChains; i++) store(ends + i * kLanes, chain[i]);
  return 2 * rounds * kProbeChains * kLanes;
}

// a = b + 3c: the triad of McCalpin's STREAM.
void probe_stream(const ProbeStream& s, Range elements) {
  float* a = s.a;
  const float* b = s.b;
  const float* c = s.c;
  const V factor = splat(3);
  for_each_element(elements, [&](long i, Mask mask) { store(a + i, fma(factor, load(c + i, mask), load(b + i, mask)), mask); });
}

constexpr ProbeKernels kProbeKernels = {{probe_peak}, {probe_stream}};
