// First numbers of parameters: the i-th is a pure function of the key and i. All in double precision and without a library's functions,
// one operation after another as in src/core/rng.ts, so that every target and the reference give the same bits.

// Numbers that are drawn at a time: their loops vectorise, and they stay in registers and L1.
constexpr long kDrawnTogether = 128;

// Words of the blocks with the counters [first / 4, ...); first is a multiple of 4.
inline void draw_words(PhiloxKey key, long first, uint32_t (&words)[kDrawnTogether]) {
  for (long block = 0; block < kDrawnTogether / 4; block++) {
    const PhiloxBlock random = philox(key, uint32_t(first / 4 + block), 0, 0, 0);
    for (long i = 0; i < 4; i++) words[4 * block + i] = random.word[i];
  }
}

// Uniform over the open interval (0, 1).
inline double uniform(uint32_t word) { return (double(word) + 0.5) * 0x1p-32; }

// Horner's rule; the coefficients stand from the highest power down.
template <int terms>
inline double polynomial(const double (&coefficients)[terms], double x) {
  double sum = coefficients[0];
  for (int i = 1; i < terms; i++) sum = sum * x + coefficients[i];
  return sum;
}

// The quantiles of the standard normal distribution by Wichura's algorithm AS 241 (PPND16, 1988), whose third range begins beyond what a
// word of 32 bits can tell.

constexpr double kCentre = 0.425;

inline double centre_quantile(double q) {
  constexpr double numerator[] = {2509.0809287301227, 33430.57558358813,  67265.7709270087,   45921.95393154987,
                                  13731.69376550946,  1971.5909503065513, 133.14166789178438, 3.3871328727963665};
  constexpr double denominator[] = {5226.495278852545, 28729.085735721943, 39307.89580009271, 21213.794301586597,
                                    5394.196021424751, 687.1870074920579,  42.31333070160091, 1};
  const double r = 0.180625 - q * q;
  return q * polynomial(numerator, r) / polynomial(denominator, r);
}

// Of the upper tail, whose probability is p <= 0.075.
inline double tail_quantile(double p) {
  constexpr double numerator[] = {0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
                                  3.6478483247632045,    5.769497221460691,    4.630337846156546,  1.4234371107496835};
  constexpr double denominator[] = {1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
                                    0.6897673349851,       1.6763848301838038,    2.053191626637759,    1};
  const double r = __builtin_sqrt(-natural_logarithm(p)) - 1.6;
  return polynomial(numerator, r) / polynomial(denominator, r);
}

inline void draw_quantiles(const uint32_t (&words)[kDrawnTogether], double (&z)[kDrawnTogether]) {
  for (long i = 0; i < kDrawnTogether; i++) z[i] = centre_quantile(uniform(words[i]) - 0.5);
  // About every seventh lies in a tail. Those are gathered, so that their longer way is a loop of its own.
  long tail[kDrawnTogether];
  long tails = 0;
  for (long i = 0; i < kDrawnTogether; i++) {
    const double q = uniform(words[i]) - 0.5;
    tail[tails] = i;
    tails += (q < 0 ? -q : q) > kCentre;
  }
  double p[kDrawnTogether];
  for (long j = 0; j < tails; j++) {
    const double u = uniform(words[tail[j]]);
    p[j] = u < 0.5 ? u : 1 - u;
  }
  for (long j = 0; j < tails; j++) p[j] = tail_quantile(p[j]);
  for (long j = 0; j < tails; j++) z[tail[j]] = uniform(words[tail[j]]) < 0.5 ? -p[j] : p[j];
}

template <typename Draw>
inline void draw(float* values, PhiloxKey key, Range elements, Draw draw_together) {
  uint32_t words[kDrawnTogether];
  double drawn[kDrawnTogether];
  const long end = elements.first + elements.count;
  for (long first = elements.first - elements.first % 4; first < end; first += kDrawnTogether) {
    draw_words(key, first, words);
    draw_together(words, drawn);
    const long last = min(end, first + kDrawnTogether);
    for (long i = first < elements.first ? elements.first : first; i < last; i++) values[i] = float(drawn[i - first]);
  }
}

void draw_normal(const DrawNormal& d, Range elements) {
  draw(d.values, d.key, elements, [&](const uint32_t(&words)[kDrawnTogether], double(&drawn)[kDrawnTogether]) {
    draw_quantiles(words, drawn);
    for (long i = 0; i < kDrawnTogether; i++) drawn[i] *= d.deviation;
  });
}

void draw_uniform(const DrawUniform& d, Range elements) {
  draw(d.values, d.key, elements, [&](const uint32_t(&words)[kDrawnTogether], double(&drawn)[kDrawnTogether]) {
    for (long i = 0; i < kDrawnTogether; i++) drawn[i] = (2 * uniform(words[i]) - 1) * d.reach;
  });
}
