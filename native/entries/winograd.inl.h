// Minimal filtering of groups of images in lanes.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

// A geometry with a filter for it, whose tiles have `tile` outputs along each axis; the same as in src/kernels/winograd.ts.
struct MinimalFilter {
  Geometry g;
  const WinogradTable* table = nullptr;  // null if there is no such filter
  long points = 0;

  long panels() const { return (g.output_channels + WINOGRAD_PANEL - 1) / WINOGRAD_PANEL; }
  size_t kernel_floats() const { return size_t(points) * g.input_channels * g.output_channels; }
  size_t gradient_floats(long parts) const { return size_t(parts) * panels() * points * (g.input_channels * WINOGRAD_PANEL + WINOGRAD_PLANE_GAP); }
};

// Reads both.
MinimalFilter minimal_filter(Call& call) {
  MinimalFilter filter{call.geometry()};
  const Geometry& g = filter.g;
  const long tile = call.integer(1), kernel = g.kernel_height;
  const bool moves = g.kernel_width == kernel && g.stride_y == 1 && g.stride_x == 1 && g.groups == 1 && g.pad_top < kernel &&
                     g.pad_left < kernel;
  const bool known = (kernel == 3 && (tile == 2 || tile == 4)) || (kernel == 5 && tile == 2);
  if (!call.ok || !call.expect(moves && known, "a tile of 2 or 4 outputs for a 3×3 kernel or of 2 for a 5×5 one, stride 1, less padding "
                                               "than the kernel is large, one group")) {
    return filter;
  }
  filter.table = call.kernels->winograd + (kernel == 5 ? kWinograd2x5 : tile == 4 ? kWinograd4x3 : kWinograd2x3);
  filter.points = (tile + kernel - 1) * (tile + kernel - 1);
  return filter;
}

napi_value winograd_scratch_floats(Call& call) {
  const MinimalFilter filter = minimal_filter(call);
  return filter.table ? call.give(filter.table->scratch_floats(filter.g)) : nullptr;
}

napi_value winograd_kernel(Call& call) {
  const MinimalFilter filter = minimal_filter(call);
  const Geometry& g = filter.g;
  const auto f = call.floats(), u = call.floats();
  const Range inputs = call.range();
  if (!call.ok) return nullptr;
  call.holds(f, size_t(g.kernel_rows()) * g.output_channels);
  call.holds(u, filter.kernel_floats());
  call.expect(end(inputs) <= size_t(g.input_channels), "input channels of the kernel");
  if (call.ok) filter.table->kernel(g, f.data, u.data, inputs);
  return nullptr;
}

napi_value winograd_forward(Call& call) {
  const MinimalFilter filter = minimal_filter(call);
  const Geometry& g = filter.g;
  const auto x = call.floats(), u = call.floats(), bias = call.floats_or_null(), y = call.floats(), scratch = call.floats();
  const long group = call.integer(), images = images_of(call, group, call.integer());
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, group_floats(group + 1, g.input_floats()));
  call.holds(u, filter.kernel_floats());
  if (bias.data) call.holds(bias, g.output_channels);
  call.holds(y, group_floats(group + 1, g.output_floats()));
  call.holds(scratch, filter.table->scratch_floats(g));
  call.expect(end(rows) <= size_t(g.output_height), "rows of the output");
  if (call.ok) {
    filter.table->forward(g, x.data + group_floats(group, g.input_floats()), u.data, bias.data,
                                   y.data + group_floats(group, g.output_floats()), scratch.data, images, rows);
  }
  return nullptr;
}

napi_value winograd_input_gradient(Call& call) {
  const MinimalFilter filter = minimal_filter(call);
  const Geometry& g = filter.g;
  const auto dy = call.floats(), u = call.floats(), dx = call.floats(), scratch = call.floats();
  const long group = call.integer(), images = images_of(call, group, call.integer());
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(dy, group_floats(group + 1, g.output_floats()));
  call.holds(u, filter.kernel_floats());
  call.holds(dx, group_floats(group + 1, g.input_floats()));
  call.holds(scratch, filter.table->scratch_floats(g));
  call.expect(end(rows) <= size_t(g.input_height), "rows of the input");
  if (call.ok) {
    filter.table->input_gradient(g, dy.data + group_floats(group, g.output_floats()), u.data,
                                          dx.data + group_floats(group, g.input_floats()), scratch.data, images, rows);
  }
  return nullptr;
}

napi_value winograd_kernel_products(Call& call) {
  const MinimalFilter filter = minimal_filter(call);
  const Geometry& g = filter.g;
  const auto x = call.floats(), dy = call.floats(), du = call.floats(), scratch = call.floats();
  const long images = call.integer(), part = call.integer(), parts = call.integer(1);
  const Range panels = call.range();
  if (!call.ok) return nullptr;
  const size_t groups = (size_t(images) + GROUP_IMAGES - 1) / GROUP_IMAGES;
  call.holds(x, group_floats(groups, g.input_floats()));
  call.holds(dy, group_floats(groups, g.output_floats()));
  call.holds(du, filter.gradient_floats(parts));
  call.holds(scratch, filter.table->scratch_floats(g));
  call.expect(part < parts, "one of the parts");
  call.expect(end(panels) <= size_t(filter.panels()) && panels.count <= WINOGRAD_MOST_PANELS, "panels of the output channels, at most 4");
  if (call.ok) filter.table->kernel_products(g, x.data, dy.data, du.data, scratch.data, images, part, parts, panels);
  return nullptr;
}

napi_value winograd_kernel_gradient(Call& call) {
  const MinimalFilter filter = minimal_filter(call);
  const Geometry& g = filter.g;
  const auto du = call.floats(), df = call.floats();
  const long parts = call.integer(1);
  const Range inputs = call.range();
  if (!call.ok) return nullptr;
  call.holds(du, filter.gradient_floats(parts));
  call.holds(df, size_t(g.kernel_rows()) * g.output_channels);
  call.expect(end(inputs) <= size_t(g.input_channels), "input channels of the kernel");
  if (call.ok) filter.table->kernel_gradient(g, du.data, df.data, parts, inputs);
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
