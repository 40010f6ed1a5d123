// The one-dimensional transforms of minimal filtering (see winograd.inl.h). A filter F(m, r) makes m outputs of a kernel of r taps from
// n = m + r - 1 inputs:
//
//   y = A^T [ (G f) ∘ (B^T d) ],  y[i] = sum over k of d[i + k] f[k],
//
// the n products being values of polynomials at n points (the last one infinity), by Toom and Cook. Its rows may be scaled as one likes so
// long as the scales cancel; here they are such that the kernel turned by 180° has the same n values in another order. The gradient with respect
// to d is the adjoint, B [ (G f) ∘ (A dy) ].

// Points 0, 1, -1, infinity. The matrices are Lavin and Gray's.
struct Filter2x3 {
  static constexpr long kOutputs = 2, kKernel = 3, kInputs = 4;

  // The point whose place a point's value of the turned kernel has.
  static constexpr long turned(long point) { return point % 3 ? point : 3 - point; }

  // B^T d
  template <typename Vector>
  static inline void transform_inputs(const Vector* d, Vector* t) {
    t[0] = d[0] - d[2];
    t[1] = d[1] + d[2];
    t[2] = d[2] - d[1];
    t[3] = d[1] - d[3];
  }

  // B t
  static inline void transform_input_gradients(const V* t, V* d) {
    d[0] = t[0];
    d[1] = (t[1] - t[2]) + t[3];
    d[2] = (t[1] + t[2]) - t[0];
    d[3] = -t[3];
  }

  // G f
  static inline void transform_kernel(const V* f, V* u) {
    const V half = splat(0.5f), ends = f[0] + f[2];
    u[0] = f[0];
    u[1] = half * (ends + f[1]);
    u[2] = half * (ends - f[1]);
    u[3] = f[2];
  }

  // A^T m
  static inline void transform_outputs(const V* m, V* y) {
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] - m[3];
  }

  // A y
  static inline void transform_gradients(const V* y, V* w) {
    w[0] = y[0];
    w[1] = y[0] + y[1];
    w[2] = y[0] - y[1];
    w[3] = -y[1];
  }

  // G^T u
  static inline void transform_kernel_gradient(const V* u, V* f) {
    const V half = splat(0.5f), middle = half * (u[1] + u[2]);
    f[0] = u[0] + middle;
    f[1] = half * (u[1] - u[2]);
    f[2] = middle + u[3];
  }
};

constexpr float kRootTwo = 1.41421356f, kRootHalf = 0.70710678f;

// Points 0, √2, -√2, √½, -√½, infinity: errors are half of those with the usual 1 and 2 (and 2.2 times a plain sum's), and the set
// holds with each point its reciprocal, so that turning the kernel swaps points.
struct SixPoints {
  static constexpr long kInputs = 6;

  static constexpr long turned(long point) {
    constexpr long places[kInputs] = {5, 3, 4, 1, 2, 0};
    return places[point];
  }

  template <typename Vector>
  static inline void transform_inputs(const Vector* d, Vector* t) {
    const Vector two = splat_as<Vector>(2), minus_half = splat_as<Vector>(-0.5f), middle = splat_as<Vector>(-2.5f);
    const Vector root_two = splat_as<Vector>(kRootTwo), root_half = splat_as<Vector>(kRootHalf);
    t[0] = fma(middle, d[2], d[0] + d[4]);
    pair<Vector>(root_two, fma(minus_half, d[1], d[3]), fma(minus_half, d[2], d[4]), t + 1);
    pair<Vector>(root_half, fma(two, d[1], -d[3]), fma(two, d[2], -d[4]), t + 3);
    t[5] = fma(middle, d[3], d[1] + d[5]);
  }

  static inline void transform_input_gradients(const V* t, V* d) {
    const V two = splat(2), minus_half = splat(-0.5f), middle = splat(-2.5f), root_two = splat(kRootTwo), root_half = splat(kRootHalf);
    const V even = t[1] + t[2], odd = root_two * (t[1] - t[2]), even2 = t[3] + t[4], odd2 = root_half * (t[3] - t[4]);
    d[0] = t[0];
    d[1] = fma(minus_half, odd, fma(two, odd2, t[5]));
    d[2] = fma(middle, t[0], fma(minus_half, even, two * even2));
    d[3] = fma(middle, t[5], odd - odd2);
    d[4] = t[0] + (even - even2);
    d[5] = t[5];
  }

 protected:
  // even ± root·odd: values at a point and its opposite.
  template <typename Vector>
  static inline void pair(Vector root, Vector odd, Vector even, Vector* to) {
    to[0] = fma(root, odd, even);
    to[1] = fma(-root, odd, even);
  }
};

struct Filter4x3 : SixPoints {
  static constexpr long kOutputs = 4, kKernel = 3;

  static inline void transform_kernel(const V* f, V* u) {
    const V two = splat(2), third = splat(1.0f / 3), root = splat(kRootTwo / 3);
    u[0] = f[0];
    pair(root, f[1], third * fma(two, f[2], f[0]), u + 1);
    pair(root, f[1], third * fma(two, f[0], f[2]), u + 3);
    u[5] = f[2];
  }

  static inline void transform_outputs(const V* m, V* y) {
    const V two = splat(2), half = splat(0.5f), root = splat(kRootHalf);
    const V even = m[1] + m[2], odd = m[1] - m[2], even2 = m[3] + m[4], odd2 = m[3] - m[4];
    y[0] = m[0] + fma(half, even, even2);
    y[1] = root * (odd + odd2);
    y[2] = fma(half, even2, even);
    y[3] = fma(root, fma(half, odd2, two * odd), m[5]);
  }

  static inline void transform_gradients(const V* y, V* w) {
    const V two = splat(2), half = splat(0.5f), root = splat(kRootHalf);
    w[0] = y[0];
    pair(root, fma(two, y[3], y[1]), fma(half, y[0], y[2]), w + 1);
    pair(root, fma(half, y[3], y[1]), fma(half, y[2], y[0]), w + 3);
    w[5] = y[3];
  }

  static inline void transform_kernel_gradient(const V* u, V* f) {
    const V two = splat(2), third = splat(1.0f / 3), root = splat(kRootTwo / 3);
    const V even = u[1] + u[2], even2 = u[3] + u[4];
    f[0] = fma(third, fma(two, even2, even), u[0]);
    f[1] = root * ((u[1] - u[2]) + (u[3] - u[4]));
    f[2] = fma(third, fma(two, even, even2), u[5]);
  }
};

struct Filter2x5 : SixPoints {
  static constexpr long kOutputs = 2, kKernel = 5;

  static inline void transform_kernel(const V* f, V* u) {
    const V two = splat(2), four = splat(4), sixth = splat(1.0f / 6), root = splat(kRootTwo / 6);
    u[0] = f[0];
    pair(root, fma(two, f[3], f[1]), sixth * fma(four, f[4], fma(two, f[2], f[0])), u + 1);
    pair(root, fma(two, f[1], f[3]), sixth * fma(four, f[0], fma(two, f[2], f[4])), u + 3);
    u[5] = f[4];
  }

  static inline void transform_outputs(const V* m, V* y) {
    y[0] = m[0] + (m[1] + m[2]) + (m[3] + m[4]);
    y[1] = fma(splat(kRootTwo), m[1] - m[2], fma(splat(kRootHalf), m[3] - m[4], m[5]));
  }

  static inline void transform_gradients(const V* y, V* w) {
    w[0] = y[0];
    pair(splat(kRootTwo), y[1], y[0], w + 1);
    pair(splat(kRootHalf), y[1], y[0], w + 3);
    w[5] = y[1];
  }

  static inline void transform_kernel_gradient(const V* u, V* f) {
    const V two = splat(2), four = splat(4), third = splat(1.0f / 3), sixth = splat(1.0f / 6), root = splat(kRootTwo / 6);
    const V even = u[1] + u[2], odd = u[1] - u[2], even2 = u[3] + u[4], odd2 = u[3] - u[4];
    f[0] = fma(sixth, fma(four, even2, even), u[0]);
    f[1] = root * fma(two, odd2, odd);
    f[2] = third * (even + even2);
    f[3] = root * fma(two, odd, odd2);
    f[4] = fma(sixth, fma(four, even, even2), u[5]);
  }
};

template <typename Filter>
constexpr long points_of() {
  return Filter::kInputs * Filter::kInputs;
}

// A point's place after the kernel has been turned by 180° in the plane.
template <typename Filter>
constexpr long turned_point(long point) {
  return Filter::turned(point / Filter::kInputs) * Filter::kInputs + Filter::turned(point % Filter::kInputs);
}

constexpr long ceil_divide(long n, long d) { return (n + d - 1) / d; }
