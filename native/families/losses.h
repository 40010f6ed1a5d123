// Losses. The meanings stand in src/kernels/interface/losses.ts.
#pragma once

#include <cstdint>

#include "../family.h"

namespace convoy {

// What every loss reads, and where it leaves its results.
struct LossArrays {
  long classes;
  const float* outputs;
  const uint16_t* labels;
  const uint16_t* second_labels;  // null where images have but one label, and then so are the shares
  const float* second_shares;
  const float* class_weights;  // may be null
  float* d_outputs;            // may be null, then no gradient is written
  float* loss;
  uint16_t* predicted;
  uint16_t* rank;
  long images;

  template <typename Reader>
  static LossArrays read(Reader& from) {
    // As many as 16 bits tell apart.
    constexpr long kMaxClasses = 65536;
    const long classes = from.integer("classes", 1);
    from.expect(classes <= kMaxClasses, "classes", "at most 65536");
    const auto outputs = from.floats("outputs");
    const auto labels = from.shorts("labels"), second_labels = from.shorts_or_null("secondLabels");
    const auto second_shares = from.floats_or_null("secondShares"), class_weights = from.floats_or_null("classWeights");
    const auto d_outputs = from.output_or_null("dOutputs"), loss = from.output("loss");
    const auto predicted = from.output_shorts("predicted"), rank = from.output_shorts("rank");
    from.expect(!second_labels.index == !second_shares.index, "secondShares", "shares where there are second labels, and null elsewhere");
    if (class_weights.index) from.holds(class_weights, size_t(classes));
    long images = least(from.pieces(outputs, classes), labels.length, loss.length, predicted.length, rank.length);
    if (second_labels.index) images = least(images, second_labels.length, second_shares.length);
    if (d_outputs.data) images = least(images, from.pieces(d_outputs, classes));
    return {
        classes,        outputs.data, labels.data, second_labels.data, second_shares.data, class_weights.data, d_outputs.data, loss.data,
        predicted.data, rank.data,    images};
  }
  bool allows(Range some) const {
    bool fit = some.within(images);
    for (long i = some.first; fit && i < some.first + some.count; i++) {
      fit = labels[i] < classes && (!second_labels || second_labels[i] < classes);
    }
    return fit;
  }
};

struct SoftmaxCrossEntropy {
  static constexpr char kName[] = "bindSoftmaxCrossEntropy";
  static constexpr char kAllows[] = "images within the arrays that were bound, whose labels are below the number of classes";
  typedef void (*Run)(const SoftmaxCrossEntropy&, float* scratch, double scale, Range images);

  LossArrays arrays;
  double smoothing;

  template <typename Reader>
  static SoftmaxCrossEntropy read(Reader& from) {
    const double smoothing = from.number("smoothing");
    from.expect(smoothing >= 0 && smoothing <= 1, "smoothing", "0 to 1");
    return {LossArrays::read(from), smoothing};
  }
  bool allows(double, Range images) const { return arrays.allows(images); }
};

struct SquaredError {
  static constexpr char kName[] = "bindSquaredError";
  static constexpr char kAllows[] = "images within the arrays that were bound, whose labels are below the number of classes";
  typedef void (*Run)(const SquaredError&, double scale, Range images);

  LossArrays arrays;

  template <typename Reader>
  static SquaredError read(Reader& from) {
    return {LossArrays::read(from)};
  }
  bool allows(double, Range images) const { return arrays.allows(images); }
};

using LossKernels = Family<SoftmaxCrossEntropy, SquaredError>;

}  // namespace convoy
