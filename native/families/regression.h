// Losses on targets that are numbers. The meanings stand in src/kernels/interface/regression.ts.
#pragma once

#include <cstdint>

#include "../family.h"

namespace convoy {

struct SquaredDistance {
  static constexpr char kName[] = "bindSquaredDistance";
  static constexpr char kAllows[] = "images within the arrays that were bound, whose sample ids have targets";
  typedef void (*Run)(const SquaredDistance&, double scale, Range images);

  long components;
  const float* outputs;
  const float* targets;
  const int32_t* ids;
  float* d_outputs;  // may be null, then no gradient is written
  float* loss;
  long samples, images;

  template <typename Reader>
  static SquaredDistance read(Reader& from) {
    const long components = from.integer("components", 1);
    const auto outputs = from.floats("outputs"), targets = from.floats("targets");
    const auto ids = from.integers("sampleIds");
    const auto d_outputs = from.output_or_null("dOutputs"), loss = from.output("loss");
    const long images = least(from.pieces(outputs, components), ids.length, loss.length);
    return {components,
            outputs.data,
            targets.data,
            ids.data,
            d_outputs.data,
            loss.data,
            from.pieces(targets, components),
            d_outputs.data ? least(images, from.pieces(d_outputs, components)) : images};
  }
  bool allows(double, Range some) const {
    bool fit = some.within(images);
    for (long i = some.first; fit && i < some.first + some.count; i++) fit = ids[i] >= 0 && ids[i] < samples;
    return fit;
  }
};

using RegressionKernels = Family<SquaredDistance>;

}  // namespace convoy
