// Losses and their gradients, one pass an image. The loss of an image whose outputs are not all finite is NaN, so that no result hides them.

// Of a label whose output is not a number: behind every class, so that it counts as wrong however many are right.
constexpr uint16_t kUnranked = 65535;

// The class with the greatest output, the first of equals; and how many classes stand before the label. What is not a number stands
// behind all that are. Returns whether all outputs are finite.
inline bool rank_classes(long classes, const float* outputs, long label, const LossArrays& out, long image) {
  const float own = outputs[label];
  long best = 0;
  long rank = 0;
  bool finite = true;
  for (long c = 0; c < classes; c++) {
    const float x = outputs[c];
    const float greatest = outputs[best];
    if (x > greatest || (x == x && greatest != greatest)) best = c;
    if (x > own || (x == own && c < label)) rank++;
    finite &= x - x == 0;
  }
  out.predicted[image] = uint16_t(best);
  out.rank[image] = own == own ? uint16_t(rank) : kUnranked;
  return finite;
}

// An image's label vector: 1 for its label, of which a second label may have a share; and its weight.
struct LabelVector {
  long label, second;
  double share, weight;

  static LabelVector of(const LossArrays& arrays, long image) {
    const long label = arrays.labels[image];
    const long second = arrays.second_labels ? arrays.second_labels[image] : label;
    const double share = arrays.second_shares ? double(arrays.second_shares[image]) : 0;
    const float* weights = arrays.class_weights;
    return {label, second, share, weights ? (1 - share) * double(weights[label]) + share * double(weights[second]) : 1};
  }
  double at(long c) const { return (c == label ? 1 - share : 0) + (c == second ? share : 0); }
};

// An image's exponentials, in whole vectors.
long exponentials_scratch_floats(const SoftmaxCrossEntropy& s) { return s.arrays.classes + kLanes; }

void softmax_cross_entropy(const SoftmaxCrossEntropy& s, float* e, double scale, Range images) {
  const LossArrays out = s.arrays;
  const long classes = out.classes;
  const double smoothing = s.smoothing;
  // The smoothed label vector: so much for every class, and so much more for the right ones.
  const double every = smoothing / double(classes);
  const double right = 1.0 - smoothing;
  for (long image = images.first; image < images.first + images.count; image++) {
    const float* z = out.outputs + image * classes;
    const LabelVector u = LabelVector::of(out, image);
    const bool finite = rank_classes(classes, z, u.label, out, image);
    float greatest = z[0];
    for (long c = 1; c < classes; c++) greatest = z[c] > greatest ? z[c] : greatest;
    for_each_vector(classes, [&](long c, Mask mask) { store(e + c, exponential(load(z + c, mask) - splat(greatest)), mask); });
    double sum = 0;
    for (long c = 0; c < classes; c++) sum += double(e[c]);
    // sum over c of target[c]·(greatest − z[c])
    const auto distance_of = [&](long c) { return double(greatest) - double(z[c]); };
    double distance = (1 - u.share) * distance_of(u.label) + u.share * distance_of(u.second);
    if (smoothing > 0) {
      double all = 0;
      for (long c = 0; c < classes; c++) all += distance_of(c);
      distance = right * distance + every * all;
    }
    out.loss[image] = finite ? float(u.weight * (natural_logarithm(sum) + distance)) : __builtin_nanf("");
    if (!out.d_outputs) continue;
    const double factor = double(float(scale)) * u.weight;
    float* gradient = out.d_outputs + image * classes;
    for (long c = 0; c < classes; c++) gradient[c] = float((double(e[c]) / sum - (every + right * u.at(c))) * factor);
  }
}

void squared_error(const SquaredError& s, double scale, Range images) {
  const LossArrays out = s.arrays;
  const long classes = out.classes;
  for (long image = images.first; image < images.first + images.count; image++) {
    const float* z = out.outputs + image * classes;
    const LabelVector u = LabelVector::of(out, image);
    const bool finite = rank_classes(classes, z, u.label, out, image);
    const double factor = double(float(scale)) * u.weight;
    double sum = 0;
    for (long c = 0; c < classes; c++) {
      const double difference = double(z[c]) - u.at(c);
      sum += difference * difference;
      if (out.d_outputs) out.d_outputs[image * classes + c] = float(difference * factor);
    }
    out.loss[image] = finite ? float(u.weight * (0.5 * sum)) : __builtin_nanf("");
  }
}

constexpr LossKernels kLossKernels = {{softmax_cross_entropy, exponentials_scratch_floats}, {squared_error}};
