// Convolution with stride 1 on bundles of 16 images by minimal filtering, F(m×m, r×r): S. Winograd, Arithmetic Complexity of Computations,
// 1980; A. Lavin and S. Gray, arXiv 1509.09308. A tile of m×m outputs comes from n×n inputs d, n = m + r - 1, by
//
//   Y = A^T [ sum over channels of (G f G^T) ∘ (B^T d B) ] A
//
// so that at each of n² points of the transforms a tile costs one product a pair of channels, where the sum over taps costs m²r². The
// transforms work on vectors of images, one lane beside the other. The gradients are the adjoints: dX is the same with the turned
// kernel, or a sum of tiles B [ sum over channels of (G f G^T) ∘ (A dY A^T) ] B^T, which overlap, and dF = G^T [ sum over tiles of (B^T d B) ∘ (A dY A^T) ] G. The matrices are in winograd-filters.inl.h.
//
// u holds the transformed kernel: see transform_kernels.

#include "winograd-filters.inl.h"
#include "winograd-products.inl.h"
#include "winograd-gradient.inl.h"

// Calls visit with a descriptor's filter.
template <typename Visit>
inline auto with_filter(WinogradFilter filter, Visit visit) {
  switch (filter) {
    case WinogradFilter::k4x3:
      return visit(Filter4x3{});
    case WinogradFilter::k2x5:
      return visit(Filter2x5{});
    default:
      return visit(Filter2x3{});
  }
}

template <typename Descriptor>
long winograd_scratch_floats(const Descriptor& w) {
  return with_filter(w.filter.filter, [&](auto filter) { return minimal_scratch_floats<decltype(filter)>(w.filter.g); });
}

void winograd_kernel(const WinogradKernel& w, Range inputs) {
  with_filter(w.filter.filter, [&](auto filter) { transform_kernels<decltype(filter)>(w, inputs); });
}

void winograd_forward(const WinogradForward& w, float* scratch, Range bundles, long images, Range rows, Range channels) {
  with_filter(w.filter.filter, [&](auto filter) { minimal_forward<decltype(filter)>(w, scratch, bundles, images, rows, channels); });
}

void winograd_input_gradient(const WinogradInputGradient& w, float* scratch, Range bundles, long images, Range rows, Range channels) {
  with_filter(w.filter.filter, [&](auto filter) { minimal_input_gradient<decltype(filter)>(w, scratch, bundles, images, rows, channels); });
}

void winograd_input_gradient_overlapping(const WinogradInputGradientOverlapping& w, float* scratch, Range bundles, long images, Range rows,
                                         Range channels) {
  with_filter(w.filter.filter,
              [&](auto filter) { minimal_input_gradient_overlapping<decltype(filter)>(w, scratch, bundles, images, rows, channels); });
}

void winograd_kernel_products(const WinogradKernelProducts& w, float* scratch, long images, long part, Range panels) {
  with_filter(w.filter.filter, [&](auto filter) { minimal_kernel_products<decltype(filter)>(w, scratch, images, part, panels); });
}

void winograd_kernel_gradient(const WinogradKernelGradient& w, Range inputs) {
  with_filter(w.filter.filter, [&](auto filter) { minimal_kernel_gradient<decltype(filter)>(w, inputs); });
}

constexpr WinogradKernels kWinogradKernels = {
    {winograd_kernel},
    {winograd_forward, winograd_scratch_floats},
    {winograd_input_gradient, winograd_scratch_floats},
    {winograd_input_gradient_overlapping, winograd_scratch_floats},
    {winograd_kernel_products, winograd_scratch_floats},
    {winograd_kernel_gradient},
};
