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
  float* d_outputs;  // may be null, then no gradient is written
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
    const auto labels = from.shorts("labels");
    const auto d_outputs = from.output_or_null("dOutputs"), loss = from.output("loss");
    const auto predicted = from.output_shorts("predicted"), rank = from.output_shorts("rank");
    const long images = least(from.pieces(outputs, classes), labels.length, loss.length, predicted.length, rank.length);
    return {classes,   outputs.data,   labels.data, d_outputs.data,
            loss.data, predicted.data, rank.data,   d_outputs.data ? least(images, from.pieces(d_outputs, classes)) : images};
  }
  bool allows(Range some) const {
    bool fit = some.within(images);
    for (long i = some.first; fit && i < some.first + some.count; i++) fit = labels[i] < classes;
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
