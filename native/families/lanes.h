// Bundles of 16 images side by side. The meanings stand in src/kernels/interface/lanes.ts.
#pragma once

#include <cstddef>

#include "../bundles.h"
#include "../family.h"

namespace convoy {

struct SumChannelLanes {
  static constexpr char kName[] = "bindSumChannelLanes";
  typedef void (*Run)(const SumChannelLanes&);

  long channels;
  const float* x;
  float* sums;

  template <typename Reader>
  static SumChannelLanes read(Reader& from) {
    const long channels = from.integer("channels", 1);
    const auto x = from.floats("x");
    const auto sums = from.output("sums");
    from.holds(x, bundle_floats(channels));
    from.holds(sums, channels);
    return {channels, x.data, sums.data};
  }
  bool allows() const { return true; }
};

struct ClearLanes {
  static constexpr char kName[] = "bindClearLanes";
  typedef void (*Run)(const ClearLanes&, long images, Range elements);

  float* x;
  long elements;

  template <typename Reader>
  static ClearLanes read(Reader& from) {
    const auto x = from.output("x");
    return {x.data, from.pieces(x, BUNDLE_IMAGES)};
  }
  bool allows(long images, Range some) const { return images >= 0 && images <= BUNDLE_IMAGES && some.within(elements); }
};

// What both ways between bundles and images one after another have in common.
struct LaneMove {
  long floats_per_image;
  long bundles, image_count;

  template <typename Reader, typename Lanes, typename Images>
  static LaneMove read(Reader& from, const Lanes& lanes, const Images& images) {
    const long floats = from.integer("floatsPerImage", 1);
    return {floats, from.pieces(lanes, bundle_floats(floats)), from.pieces(images, floats)};
  }
  bool allows(long bundle, long count) const {
    return bundle >= 0 && bundle < bundles && count >= 0 && count <= BUNDLE_IMAGES && bundle * BUNDLE_IMAGES + count <= image_count;
  }
};

struct GatherLanes {
  static constexpr char kName[] = "bindGatherLanes";
  typedef void (*Run)(const GatherLanes&, long bundle, long count);

  LaneMove move;
  const float* lanes;
  float* images;

  template <typename Reader>
  static GatherLanes read(Reader& from) {
    const auto lanes = from.floats("lanes");
    const auto images = from.output("images");
    return {LaneMove::read(from, lanes, images), lanes.data, images.data};
  }
  bool allows(long bundle, long count) const { return move.allows(bundle, count); }
};

struct ScatterLanes {
  static constexpr char kName[] = "bindScatterLanes";
  typedef void (*Run)(const ScatterLanes&, long bundle, long count);

  LaneMove move;
  const float* images;
  float* lanes;

  template <typename Reader>
  static ScatterLanes read(Reader& from) {
    const auto images = from.floats("images");
    const auto lanes = from.output("lanes");
    return {LaneMove::read(from, lanes, images), images.data, lanes.data};
  }
  bool allows(long bundle, long count) const { return move.allows(bundle, count); }
};

using LaneKernels = Family<SumChannelLanes, ClearLanes, GatherLanes, ScatterLanes>;

}  // namespace convoy
