// A worker's sign of life. The meanings stand in src/kernels/recording.ts.
#pragma once

#include "../family.h"

namespace convoy {

struct Beat {
  static constexpr char kName[] = "bindBeat";
  typedef void (*Run)(const Beat&, long place);

  int32_t* words;

  template <typename Reader>
  static Beat read(Reader& from) {
    const auto words = from.output_integers("words");
    from.holds(words, 2);
    return {words.data};
  }
  bool allows(long place) const { return place >= 0 && place <= INT32_MAX; }
  static constexpr const char* kAllows = "a place that 32 bits hold";
};

using PulseKernels = Family<Beat>;

}  // namespace convoy
