// Minimal filtering of bundles of images in lanes. The meanings stand in src/kernels/interface/winograd.ts.
#pragma once

#include <cstddef>

#include "../bundles.h"
#include "../family.h"
#include "../geometry.h"
#include "../sizes.h"

namespace convoy {

// Which filter, F(outputs×outputs, kernel×kernel): winograd-filters.inl.h.
enum class WinogradFilter { k2x3, k4x3, k2x5 };

// A geometry with a filter for it, whose tiles have `tile` outputs along each axis: listTiles in src/kernels/winograd.ts.
struct MinimalFilter {
  Geometry g;
  WinogradFilter filter;
  long points;

  long panels() const { return (g.output_channels + WINOGRAD_PANEL - 1) / WINOGRAD_PANEL; }
  size_t kernel_floats() const { return size_t(g.kernel_rows()) * g.output_channels; }
  size_t transformed_floats() const { return size_t(points) * g.input_channels * g.output_channels; }
  long gradient_floats(long parts) const {
    return product(parts, panels(), points, g.input_channels * WINOGRAD_PANEL + WINOGRAD_PLANE_GAP);
  }

  template <typename Reader>
  static MinimalFilter read(Reader& from) {
    const Geometry g = from.ungrouped("g");
    const long tile = from.integer("tile", 1), kernel = g.kernel_height;
    const bool moves =
        g.kernel_width == kernel && g.stride_y == 1 && g.stride_x == 1 && !g.is_dilated() && g.pad_top < kernel && g.pad_left < kernel;
    const bool known = (kernel == 3 && (tile == 2 || tile == 4)) || (kernel == 5 && tile == 2);
    const bool fits =
        from.expect(moves && known, "tile",
                    "2 or 4 outputs for a 3×3 kernel or 2 for a 5×5 one, stride 1, no dilation, less padding than the kernel is large");
    const WinogradFilter filter = kernel == 5 ? WinogradFilter::k2x5 : tile == 4 ? WinogradFilter::k4x3 : WinogradFilter::k2x3;
    return {g, filter, fits ? (tile + kernel - 1) * (tile + kernel - 1) : 0};
  }
};

struct WinogradKernel {
  static constexpr char kName[] = "bindWinogradKernel";
  typedef void (*Run)(const WinogradKernel&, Range inputs);

  MinimalFilter filter;
  const float* f;
  float* u;

  template <typename Reader>
  static WinogradKernel read(Reader& from) {
    const auto filter = MinimalFilter::read(from);
    const auto f = from.floats("f");
    const auto u = from.output("u");
    if (!from.ok) return {};
    from.holds(f, filter.kernel_floats());
    from.holds(u, filter.transformed_floats());
    return {filter, f.data, u.data};
  }
  bool allows(Range inputs) const { return inputs.within(filter.g.input_channels); }
};

struct WinogradForward {
  static constexpr char kName[] = "bindWinogradForward";
  typedef void (*Run)(const WinogradForward&, float* scratch, Range bundles, long images, Range rows, Range channels);

  MinimalFilter filter;
  const float* x;
  const float* u;
  const float* bias;  // may be null
  float* y;
  long bundles;

  template <typename Reader>
  static WinogradForward read(Reader& from) {
    const auto filter = MinimalFilter::read(from);
    const auto x = from.floats("x"), u = from.floats("u"), bias = from.floats_or_null("bias");
    const auto y = from.output("y");
    if (!from.ok) return {};
    from.holds(u, filter.transformed_floats());
    if (bias.data) from.holds(bias, filter.g.output_channels);
    const Geometry& g = filter.g;
    const long bundles = least(from.pieces(x, bundle_floats(g.input_floats())), from.pieces(y, bundle_floats(g.output_floats())));
    return {filter, x.data, u.data, bias.data, y.data, bundles};
  }
  bool allows(Range some, long images, Range rows, Range channels) const {
    return some.within(bundles) && are_bundles(some, images) && rows.within(filter.g.output_height) &&
           channels.within(filter.g.output_channels);
  }
};

struct WinogradInputGradient {
  static constexpr char kName[] = "bindWinogradInputGradient";
  typedef void (*Run)(const WinogradInputGradient&, float* scratch, Range bundles, long images, Range rows, Range channels);

  MinimalFilter filter;
  const float* dy;
  const float* u;
  float* dx;
  long bundles;

  template <typename Reader>
  static WinogradInputGradient read(Reader& from) {
    const auto filter = MinimalFilter::read(from);
    const auto dy = from.floats("dy"), u = from.floats("u");
    const auto dx = from.output("dx");
    if (!from.ok) return {};
    from.holds(u, filter.transformed_floats());
    const Geometry& g = filter.g;
    const long bundles = least(from.pieces(dy, bundle_floats(g.output_floats())), from.pieces(dx, bundle_floats(g.input_floats())));
    return {filter, dy.data, u.data, dx.data, bundles};
  }
  bool allows(Range some, long images, Range rows, Range channels) const {
    return some.within(bundles) && are_bundles(some, images) && rows.within(filter.g.input_height) &&
           channels.within(filter.g.input_channels);
  }
};

struct WinogradInputGradientOverlapping : WinogradInputGradient {
  static constexpr char kName[] = "bindWinogradInputGradientOverlapping";
  typedef void (*Run)(const WinogradInputGradientOverlapping&, float* scratch, Range bundles, long images, Range rows, Range channels);

  template <typename Reader>
  static WinogradInputGradientOverlapping read(Reader& from) {
    return {WinogradInputGradient::read(from)};
  }
};

struct WinogradKernelProducts {
  static constexpr char kName[] = "bindWinogradKernelProducts";
  static constexpr char kAllows[] = "a part, panels of the output channels, at most 4, and images within the arrays that were bound";
  typedef void (*Run)(const WinogradKernelProducts&, float* scratch, long images, long part, Range panels);

  MinimalFilter filter;
  const float* x;
  const float* dy;
  float* du;
  long parts;
  long bundles;

  template <typename Reader>
  static WinogradKernelProducts read(Reader& from) {
    const auto filter = MinimalFilter::read(from);
    const auto x = from.floats("x"), dy = from.floats("dy");
    const auto du = from.output("du");
    const long parts = from.integer("parts", 1);
    if (!from.ok) return {};
    from.holds(du, filter.gradient_floats(parts));
    const Geometry& g = filter.g;
    const long bundles = least(from.pieces(x, bundle_floats(g.input_floats())), from.pieces(dy, bundle_floats(g.output_floats())));
    return {filter, x.data, dy.data, du.data, parts, bundles};
  }
  bool allows(long images, long part, Range panels) const {
    return images >= 0 && images <= bundles * BUNDLE_IMAGES && part >= 0 && part < parts && panels.within(filter.panels()) &&
           panels.count <= WINOGRAD_MOST_PANELS;
  }
};

struct WinogradKernelGradient {
  static constexpr char kName[] = "bindWinogradKernelGradient";
  typedef void (*Run)(const WinogradKernelGradient&, Range inputs);

  MinimalFilter filter;
  const float* du;
  float* df;
  long parts;

  template <typename Reader>
  static WinogradKernelGradient read(Reader& from) {
    const auto filter = MinimalFilter::read(from);
    const auto du = from.floats("du");
    const auto df = from.output("df");
    const long parts = from.integer("parts", 1);
    if (!from.ok) return {};
    from.holds(du, filter.gradient_floats(parts));
    from.holds(df, filter.kernel_floats());
    return {filter, du.data, df.data, parts};
  }
  bool allows(Range inputs) const { return inputs.within(filter.g.input_channels); }
};

using WinogradKernels = Family<WinogradKernel, WinogradForward, WinogradInputGradient, WinogradInputGradientOverlapping,
                               WinogradKernelProducts, WinogradKernelGradient>;

}  // namespace convoy
