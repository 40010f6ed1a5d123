// Convolution of images one after another, by im2row.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

napi_value convolution_scratch_floats(Call& call) {
  const Geometry g = call.geometry();
  return call.ok ? call.give(call.kernels->convolution_scratch_floats(g)) : nullptr;
}

napi_value convolution_forward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), packed = call.floats(), bias = call.floats_or_null(), y = call.floats(), scratch = call.floats();
  const Range images = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(packed, g.groups * packed_floats(g.kernel_rows(), g.group_outputs()));
  if (bias.data) call.holds(bias, g.output_channels);
  call.holds(y, end(images) * g.output_floats());
  call.holds(scratch, call.kernels->convolution_scratch_floats(g));
  if (call.ok) call.kernels->convolution_forward(g, x.data, packed.data, bias.data, y.data, scratch.data, images);
  return nullptr;
}

napi_value convolution_input_gradient(Call& call) {
  const Geometry g = call.geometry();
  const auto dy = call.floats(), packed = call.floats(), dx = call.floats(), scratch = call.floats();
  const Range images = call.range();
  if (!call.ok) return nullptr;
  call.holds(dy, end(images) * g.output_floats());
  call.holds(packed, g.groups * packed_floats(g.group_outputs(), g.kernel_rows()));
  call.holds(dx, end(images) * g.input_floats());
  call.holds(scratch, call.kernels->convolution_scratch_floats(g));
  if (call.ok) call.kernels->convolution_input_gradient(g, dy.data, packed.data, dx.data, scratch.data, images);
  return nullptr;
}

napi_value convolution_kernel_gradient(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), dy = call.floats(), df = call.floats(), scratch = call.floats();
  const Range images = call.range(), rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(dy, end(images) * g.output_floats());
  call.holds(df, end(rows) * g.group_outputs());
  call.holds(scratch, call.kernels->convolution_scratch_floats(g));
  call.expect(end(rows) <= size_t(g.groups * g.kernel_rows()), "rows of the kernel matrix");
  if (call.ok) call.kernels->convolution_kernel_gradient(g, x.data, dy.data, df.data, scratch.data, images, rows);
  return nullptr;
}

constexpr Export kConvolution[] = {
    {"convolutionScratchFloats", invoke<convolution_scratch_floats>},
    {"convolutionForward", invoke<convolution_forward>},
    {"convolutionInputGradient", invoke<convolution_input_gradient>},
    {"convolutionKernelGradient", invoke<convolution_kernel_gradient>},
};

}  // namespace
}  // namespace convoy
