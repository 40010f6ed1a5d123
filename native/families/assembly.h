// From the data set's bytes to a network's input. The meanings stand in src/kernels/interface/assembly.ts.
#pragma once

#include <cstdint>

#include "../bundles.h"
#include "../constants.h"
#include "../family.h"
#include "../sizes.h"

namespace convoy {

// The data set's images, and which of them are the mini-batch's.
struct Samples {
  const uint8_t* pixels;
  const int32_t* ids;
  long floats_per_image;
  long count, images;

  template <typename Reader>
  static Samples read(Reader& from, long floats_per_image) {
    const auto pixels = from.bytes("pixels");
    const auto ids = from.integers("sampleIds");
    return {pixels.data, ids.data, floats_per_image, from.pieces(pixels, floats_per_image), long(ids.length)};
  }
  // Whether those images of the mini-batch are samples of the data.
  bool hold(Range some) const {
    bool fit = some.within(images);
    for (long i = some.first; fit && i < some.first + some.count; i++) fit = ids[i] >= 0 && ids[i] < count;
    return fit;
  }
};

// The images of a bundle.
constexpr Range images_of_bundle(long bundle, long images) { return {bundle * BUNDLE_IMAGES, images}; }

// How images become inputs.
struct Assembly {
  Samples samples;
  const float* mean;
  const float* scale;
  float* x;
  long images;

  template <typename Reader>
  static Assembly read(Reader& from, long floats_per_image) {
    const auto samples = Samples::read(from, floats_per_image);
    const auto mean = from.floats("mean"), scale = from.floats("scale");
    const auto x = from.output("x");
    from.holds(mean, floats_per_image);
    from.holds(scale, floats_per_image);
    return {samples, mean.data, scale.data, x.data, from.pieces(x, floats_per_image)};
  }
  bool allows(Range some) const { return some.within(images) && samples.hold(some); }
  // Of a bundle in lanes, which is whole even if it has fewer images.
  bool allows_bundle(long bundle, long some) const {
    return bundle >= 0 && bundle < images / BUNDLE_IMAGES && some <= BUNDLE_IMAGES && samples.hold(images_of_bundle(bundle, some));
  }
};

constexpr char kSamplesAllowed[] = "numbers within the arrays that were bound, and sample ids inside the data";

struct AssembleImages {
  static constexpr char kName[] = "bindAssembleImages";
  static constexpr const char* kAllows = kSamplesAllowed;
  typedef void (*Run)(const AssembleImages&, Range images);

  Assembly assembly;

  template <typename Reader>
  static AssembleImages read(Reader& from) {
    return {Assembly::read(from, from.integer("floatsPerImage", 1))};
  }
  bool allows(Range images) const { return assembly.allows(images); }
};

struct AssembleLanes {
  static constexpr char kName[] = "bindAssembleLanes";
  static constexpr const char* kAllows = kSamplesAllowed;
  typedef void (*Run)(const AssembleLanes&, long bundle, long images, Range elements);

  Assembly assembly;

  template <typename Reader>
  static AssembleLanes read(Reader& from) {
    return {Assembly::read(from, from.integer("floatsPerImage", 1))};
  }
  bool allows(long bundle, long images, Range elements) const {
    return assembly.allows_bundle(bundle, images) && elements.within(assembly.samples.floats_per_image);
  }
};

// An image of the data set, and what is seen beside it: its mirror image, or black.
struct ImageFrame {
  long height, width, channels;
  bool reflect;

  long floats() const { return product(height, width, channels); }

  template <typename Reader>
  static ImageFrame read(Reader& from) {
    const long height = from.integer("height", 1), width = from.integer("width", 1), channels = from.integer("channels", 1);
    return {height, width, channels, from.boolean("reflect")};
  }
};

// How one image is shifted, mirrored and cut: its words, in the order of TRANSFORM in src/dataset/transform.ts.
struct Transform {
  int32_t flip, dy, dx, cut_top, cut_left, cut_size, erase_top, erase_left, erase_height, erase_width;
};
static_assert(sizeof(Transform) == 10 * sizeof(int32_t), "nothing between the words");

struct Augmentation {
  ImageFrame frame;
  Assembly assembly;
  const int32_t* transforms;
  long images;

  Transform transform_of(long image) const {
    Transform t;
    __builtin_memcpy(&t, transforms + image * (sizeof t / sizeof(int32_t)), sizeof t);
    return t;
  }

  template <typename Reader>
  static Augmentation read(Reader& from) {
    const auto frame = ImageFrame::read(from);
    const auto assembly = Assembly::read(from, frame.floats());
    const auto transforms = from.integers("transforms");
    return {frame, assembly, transforms.data, from.pieces(transforms, sizeof(Transform) / sizeof(int32_t))};
  }
  // Whether all shifts are less than the image.
  bool shift_inside(Range some) const {
    bool fit = some.within(images);
    for (long i = some.first; fit && i < some.first + some.count; i++) {
      const Transform t = transform_of(i);
      fit = t.dy > -frame.height && t.dy < frame.height && t.dx > -frame.width && t.dx < frame.width;
    }
    return fit;
  }
};

constexpr char kShiftsAllowed[] = "numbers within the arrays that were bound, sample ids inside the data and shifts inside the image";

struct AssembleAugmentedImages {
  static constexpr char kName[] = "bindAssembleAugmentedImages";
  static constexpr const char* kAllows = kShiftsAllowed;
  typedef void (*Run)(const AssembleAugmentedImages&, Range images);

  Augmentation augmentation;

  template <typename Reader>
  static AssembleAugmentedImages read(Reader& from) {
    return {Augmentation::read(from)};
  }
  bool allows(Range images) const { return augmentation.assembly.allows(images) && augmentation.shift_inside(images); }
};

struct AssembleAugmentedLanes {
  static constexpr char kName[] = "bindAssembleAugmentedLanes";
  static constexpr const char* kAllows = kShiftsAllowed;
  typedef void (*Run)(const AssembleAugmentedLanes&, long bundle, long images, Range rows);

  Augmentation augmentation;

  template <typename Reader>
  static AssembleAugmentedLanes read(Reader& from) {
    return {Augmentation::read(from)};
  }
  bool allows(long bundle, long images, Range rows) const {
    return augmentation.assembly.allows_bundle(bundle, images) && augmentation.shift_inside(images_of_bundle(bundle, images)) &&
           rows.within(augmentation.frame.height);
  }
};

struct SumPixels {
  static constexpr char kName[] = "bindSumPixels";
  static constexpr char kAllows[] = "at most 33000 images within the arrays that were bound, and sample ids inside the data";
  typedef void (*Run)(const SumPixels&, Range images);

  Samples samples;
  int32_t* sums;
  int32_t* squares;

  template <typename Reader>
  static SumPixels read(Reader& from) {
    const long floats_per_image = from.integer("floatsPerImage", 1);
    const auto samples = Samples::read(from, floats_per_image);
    const auto sums = from.output_integers("sums"), squares = from.output_integers("squares");
    from.holds(sums, floats_per_image);
    from.holds(squares, floats_per_image);
    return {samples, sums.data, squares.data};
  }
  bool allows(Range images) const { return images.count <= MAX_SUMMED_IMAGES && samples.hold(images); }
};

using AssemblyKernels = Family<AssembleImages, AssembleLanes, AssembleAugmentedImages, AssembleAugmentedLanes, SumPixels>;

}  // namespace convoy
