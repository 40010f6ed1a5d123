// The layout of narrow layers: bundles of 16 images side by side, bundles×h×w×c×16, so that a vector is one channel of one pixel in
// neighbouring images. No lane is wasted on a layer with few channels, nothing needs packing, and a border is a shorter loop.
//
// A sum over images is one chain a lane over ascending bundles and positions, then a fixed tree over the lanes. Gradients are zero in
// lanes that hold no image, so that such sums need not look.

// Most bundles are full; of one that holds at most 8 images, convolutions compute 8 lanes.

constexpr long kHalfBundle = 8;

template <typename Vector>
constexpr long width() {
  return sizeof(Vector) / sizeof(float);
}
template <typename Vector>
inline Vector load_as(const float* p) {
  Vector v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <typename Vector>
inline void store_as(float* p, Vector v) {
  __builtin_memcpy(p, &v, sizeof v);
}
template <typename Vector>
inline Vector splat_as(float x) {
  return x - Vector{};  // keeps the sign of zero
}

// Images of one bundle of the mini-batch's.
constexpr long images_in(long bundle, long images) {
  return images - bundle * BUNDLE_IMAGES < BUNDLE_IMAGES ? images - bundle * BUNDLE_IMAGES : BUNDLE_IMAGES;
}

// Lanes that are computed of a bundle with so many images.
constexpr long lanes_in_use(long images) { return images > kHalfBundle ? BUNDLE_IMAGES : kHalfBundle; }

// Calls visit(some, lanes) for those bundles of which all lanes are computed, and for the one of which half of them are.
template <typename Visit>
inline void visit_bundles(Range bundles, long images, Visit visit) {
  const bool last_is_half = lanes_in_use(images_in(bundles.first + bundles.count - 1, images)) < BUNDLE_IMAGES;
  const Range whole{bundles.first, bundles.count - last_is_half};
  if (whole.count > 0) visit(whole, BUNDLE_IMAGES);
  if (last_is_half) visit(Range{whole.first + whole.count, 1}, kHalfBundle);
}

// lanes[i] + lanes[i + 8], then + 4: the first half of the tree over the lanes.
inline V4 fold_lanes(const float* lanes) {
  const V4* quarter = (const V4*)lanes;
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

// The sums over lanes of four rows of 16: + 2, then + 1, four rows at a time.
inline V4 sum_lanes(const float* rows) {
  const V4 r0 = fold_lanes(rows), r1 = fold_lanes(rows + BUNDLE_IMAGES);
  const V4 r2 = fold_lanes(rows + 2 * BUNDLE_IMAGES), r3 = fold_lanes(rows + 3 * BUNDLE_IMAGES);
  const V4 first = __builtin_shufflevector(r0, r1, 0, 1, 4, 5) + __builtin_shufflevector(r0, r1, 2, 3, 6, 7);
  const V4 second = __builtin_shufflevector(r2, r3, 0, 1, 4, 5) + __builtin_shufflevector(r2, r3, 2, 3, 6, 7);
  return __builtin_shufflevector(first, second, 0, 2, 4, 6) + __builtin_shufflevector(first, second, 1, 3, 5, 7);
}

// sums[c] = the sum over the lanes of channel c of one pixel.
void sum_channel_lanes(const SumChannelLanes& s) {
  float rows[4 * BUNDLE_IMAGES];
  for (long c = 0; c < s.channels; c += 4) {
    const long count = min(4, s.channels - c);
    for (long i = 0; i < 4 * BUNDLE_IMAGES; i++) {
      rows[i] = i < count * BUNDLE_IMAGES ? s.x[c * BUNDLE_IMAGES + i] : 0.0f;
    }
    const V4 four = sum_lanes(rows);
    for (long i = 0; i < count; i++) s.sums[c + i] = four[i];
  }
}

// Sets the lanes from `images` on to zero in some elements of one bundle.
inline void clear_lanes_of(float* x, long images, Range elements) {
  for (long i = elements.first; i < elements.first + elements.count; i++) {
    for (long lane = images; lane < BUNDLE_IMAGES; lane++) x[i * BUNDLE_IMAGES + lane] = 0;
  }
}

void clear_lanes(const ClearLanes& c, long images, Range elements) { clear_lanes_of(c.x, images, elements); }

// Images of one bundle, written one after another.
void gather_lanes(const GatherLanes& g, long bundle, long count) {
  const long floats = g.move.floats_per_image;
  const float* lanes = g.lanes + bundle * floats * BUNDLE_IMAGES;
  float* images = g.images + bundle * floats * BUNDLE_IMAGES;
  for (long image = 0; image < count; image++) {
    for (long i = 0; i < floats; i++) images[image * floats + i] = lanes[i * BUNDLE_IMAGES + image];
  }
}

// The other way round; lanes without an image are zero.
void scatter_lanes(const ScatterLanes& s, long bundle, long count) {
  const long floats = s.move.floats_per_image;
  const float* images = s.images + bundle * floats * BUNDLE_IMAGES;
  float* lanes = s.lanes + bundle * floats * BUNDLE_IMAGES;
  for (long i = 0; i < floats; i++) {
    for (long image = 0; image < BUNDLE_IMAGES; image++) {
      lanes[i * BUNDLE_IMAGES + image] = image < count ? images[image * floats + i] : 0;
    }
  }
}

constexpr LaneKernels kLaneKernels = {{sum_channel_lanes}, {clear_lanes}, {gather_lanes}, {scatter_lanes}};
