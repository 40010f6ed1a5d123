// Convolution of groups of images in lanes.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

napi_value convolution_forward_lanes(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), f = call.floats(), bias = call.floats_or_null(), y = call.floats();
  const long group = call.integer(), images = images_of(call, group, call.integer());
  const Range rows = call.range();
  if (!call.ok || !is_ungrouped(call, g)) return nullptr;
  call.holds(x, group_floats(group + 1, g.input_floats()));
  call.holds(f, size_t(g.kernel_rows()) * g.output_channels);
  if (bias.data) call.holds(bias, g.output_channels);
  call.holds(y, group_floats(group + 1, g.output_floats()));
  call.expect(end(rows) <= size_t(g.output_height), "rows of the output");
  if (call.ok) {
    call.kernels->convolution_forward_lanes(g, x.data + group_floats(group, g.input_floats()), f.data, bias.data,
                                            y.data + group_floats(group, g.output_floats()), images, rows);
  }
  return nullptr;
}

napi_value convolution_input_gradient_lanes(Call& call) {
  const Geometry g = call.geometry();
  const auto dy = call.floats(), f = call.floats(), dx = call.floats();
  const long group = call.integer(), images = images_of(call, group, call.integer());
  const Range rows = call.range();
  if (!call.ok || !is_ungrouped(call, g)) return nullptr;
  call.holds(dy, group_floats(group + 1, g.output_floats()));
  call.holds(f, size_t(g.kernel_rows()) * g.output_channels);
  call.holds(dx, group_floats(group + 1, g.input_floats()));
  call.expect(end(rows) <= size_t(g.input_height), "rows of the input");
  if (call.ok) {
    call.kernels->convolution_input_gradient_lanes(g, dy.data + group_floats(group, g.output_floats()), f.data,
                                                   dx.data + group_floats(group, g.input_floats()), images, rows);
  }
  return nullptr;
}

napi_value convolution_kernel_gradient_lanes(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), dy = call.floats(), df = call.floats();
  const Range groups = call.range();
  const long images = images_of(call, groups.first + groups.count - 1, call.integer());
  const Range rows = call.range(), kernel_rows = call.range();
  if (!call.ok || !is_ungrouped(call, g)) return nullptr;
  call.holds(x, group_floats(end(groups), g.input_floats()));
  call.holds(dy, group_floats(end(groups), g.output_floats()));
  call.holds(df, end(kernel_rows) * g.output_channels);
  call.expect(end(rows) <= size_t(g.output_height), "rows of the output");
  call.expect(end(kernel_rows) <= size_t(g.kernel_rows()), "rows of the kernel matrix");
  if (call.ok) call.kernels->convolution_kernel_gradient_lanes(g, x.data, dy.data, df.data, groups, images, rows, kernel_rows);
  return nullptr;
}

constexpr Export kConvolutionLanes[] = {
    {"convolutionForwardLanes", invoke<convolution_forward_lanes>},
    {"convolutionInputGradientLanes", invoke<convolution_input_gradient_lanes>},
    {"convolutionKernelGradientLanes", invoke<convolution_kernel_gradient_lanes>},
};

}  // namespace
}  // namespace convoy
