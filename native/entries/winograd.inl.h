// Minimal filtering of groups of images in lanes.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

// Geometries that winograd.inl.h is for, and its sizes; the same as in src/kernels/winograd.ts.
constexpr long kWinogradPoints = 16, kWinogradPanel = 32;
long winograd_panels(const Geometry& g) { return (g.output_channels + kWinogradPanel - 1) / kWinogradPanel; }
size_t winograd_kernel_floats(const Geometry& g) { return size_t(kWinogradPoints) * g.input_channels * g.output_channels; }
size_t winograd_gradient_floats(const Geometry& g, long parts) {
  return size_t(parts) * winograd_panels(g) * kWinogradPoints * g.input_channels * kWinogradPanel;
}

bool is_minimal(Call& call, const Geometry& g) {
  const bool fits = g.groups == 1 && g.kernel_height == 3 && g.kernel_width == 3 && g.stride_y == 1 && g.stride_x == 1 &&
                    g.pad_top <= 2 && g.pad_left <= 2;
  return call.ok && call.expect(fits, "a 3×3 kernel with stride 1, at most 2 of padding and one group");
}

napi_value winograd_scratch_floats(Call& call) {
  const Geometry g = call.geometry();
  return is_minimal(call, g) ? call.give(call.kernels->winograd_scratch_floats(g)) : nullptr;
}

napi_value winograd_kernel(Call& call) {
  const Geometry g = call.geometry();
  const auto f = call.floats(), u = call.floats();
  const Range inputs = call.range();
  if (!is_minimal(call, g)) return nullptr;
  call.holds(f, size_t(g.kernel_rows()) * g.output_channels);
  call.holds(u, winograd_kernel_floats(g));
  call.expect(end(inputs) <= size_t(g.input_channels), "input channels of the kernel");
  if (call.ok) call.kernels->winograd_kernel(g, f.data, u.data, inputs);
  return nullptr;
}

napi_value winograd_forward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), u = call.floats(), bias = call.floats_or_null(), y = call.floats(), scratch = call.floats();
  const long group = call.integer(), images = images_of(call, group, call.integer());
  const Range rows = call.range();
  if (!is_minimal(call, g)) return nullptr;
  call.holds(x, group_floats(group + 1, g.input_floats()));
  call.holds(u, winograd_kernel_floats(g));
  if (bias.data) call.holds(bias, g.output_channels);
  call.holds(y, group_floats(group + 1, g.output_floats()));
  call.holds(scratch, call.kernels->winograd_scratch_floats(g));
  call.expect(end(rows) <= size_t(g.output_height), "rows of the output");
  if (call.ok) {
    call.kernels->winograd_forward(g, x.data + group_floats(group, g.input_floats()), u.data, bias.data,
                                   y.data + group_floats(group, g.output_floats()), scratch.data, images, rows);
  }
  return nullptr;
}

napi_value winograd_input_gradient(Call& call) {
  const Geometry g = call.geometry();
  const auto dy = call.floats(), u = call.floats(), dx = call.floats(), scratch = call.floats();
  const long group = call.integer(), images = images_of(call, group, call.integer());
  const Range rows = call.range();
  if (!is_minimal(call, g)) return nullptr;
  call.holds(dy, group_floats(group + 1, g.output_floats()));
  call.holds(u, winograd_kernel_floats(g));
  call.holds(dx, group_floats(group + 1, g.input_floats()));
  call.holds(scratch, call.kernels->winograd_scratch_floats(g));
  call.expect(end(rows) <= size_t(g.input_height), "rows of the input");
  if (call.ok) {
    call.kernels->winograd_input_gradient(g, dy.data + group_floats(group, g.output_floats()), u.data,
                                          dx.data + group_floats(group, g.input_floats()), scratch.data, images, rows);
  }
  return nullptr;
}

napi_value winograd_kernel_products(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), dy = call.floats(), du = call.floats(), scratch = call.floats();
  const long images = call.integer(), part = call.integer(), parts = call.integer(1), panel = call.integer();
  if (!is_minimal(call, g)) return nullptr;
  const size_t groups = (size_t(images) + kGroupImages - 1) / kGroupImages;
  call.holds(x, group_floats(groups, g.input_floats()));
  call.holds(dy, group_floats(groups, g.output_floats()));
  call.holds(du, winograd_gradient_floats(g, parts));
  call.holds(scratch, call.kernels->winograd_scratch_floats(g));
  call.expect(part < parts, "one of the parts");
  call.expect(panel < winograd_panels(g), "a panel of the output channels");
  if (call.ok) call.kernels->winograd_kernel_products(g, x.data, dy.data, du.data, scratch.data, images, part, parts, panel);
  return nullptr;
}

napi_value winograd_kernel_gradient(Call& call) {
  const Geometry g = call.geometry();
  const auto du = call.floats(), df = call.floats();
  const long parts = call.integer(1);
  const Range inputs = call.range();
  if (!is_minimal(call, g)) return nullptr;
  call.holds(du, winograd_gradient_floats(g, parts));
  call.holds(df, size_t(g.kernel_rows()) * g.output_channels);
  call.expect(end(inputs) <= size_t(g.input_channels), "input channels of the kernel");
  if (call.ok) call.kernels->winograd_kernel_gradient(g, du.data, df.data, parts, inputs);
  return nullptr;
}

constexpr Export kWinograd[] = {
    {"winogradScratchFloats", invoke<winograd_scratch_floats>},
    {"winogradKernel", invoke<winograd_kernel>},
    {"winogradForward", invoke<winograd_forward>},
    {"winogradInputGradient", invoke<winograd_input_gradient>},
    {"winogradKernelProducts", invoke<winograd_kernel_products>},
    {"winogradKernelGradient", invoke<winograd_kernel_gradient>},
};

}  // namespace
}  // namespace convoy
