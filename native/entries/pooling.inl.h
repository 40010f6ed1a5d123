// Pooling, in either layout.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

bool is_pooling(Call& call, const Geometry& g) {
  return is_ungrouped(call, g) && call.expect(g.input_channels == g.output_channels, "a pooling geometry with as many channels out as in");
}

napi_value max_pooling_forward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), y = call.floats();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(y, end(images) * g.output_floats());
  if (call.ok) call.kernels->max_pooling_forward(g, x.data, y.data, images);
  return nullptr;
}

napi_value max_pooling_backward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), y = call.floats(), dy = call.floats(), dx = call.floats();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(y, end(images) * g.output_floats());
  call.holds(dy, end(images) * g.output_floats());
  call.holds(dx, end(images) * g.input_floats());
  if (call.ok) call.kernels->max_pooling_backward(g, x.data, y.data, dy.data, dx.data, images);
  return nullptr;
}

napi_value average_pooling_forward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), y = call.floats();
  const bool count_padding = call.boolean();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(y, end(images) * g.output_floats());
  if (call.ok) call.kernels->average_pooling_forward(g, x.data, y.data, count_padding, images);
  return nullptr;
}

napi_value average_pooling_backward(Call& call) {
  const Geometry g = call.geometry();
  const auto dy = call.floats(), dx = call.floats();
  const bool count_padding = call.boolean();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(dy, end(images) * g.output_floats());
  call.holds(dx, end(images) * g.input_floats());
  if (call.ok) call.kernels->average_pooling_backward(g, dy.data, dx.data, count_padding, images);
  return nullptr;
}

napi_value trainable_pooling_forward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), scale = call.floats(), bias = call.floats(), y = call.floats();
  const long divisor = call.integer();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(scale, g.input_channels);
  call.holds(bias, g.input_channels);
  call.holds(y, end(images) * g.output_floats());
  if (call.ok) call.kernels->trainable_pooling_forward(g, x.data, scale.data, bias.data, y.data, divisor, images);
  return nullptr;
}

napi_value trainable_pooling_backward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), dy = call.floats(), scale = call.floats(), dx = call.floats_or_null();
  const auto d_scale = call.floats(), d_bias = call.floats();
  const long divisor = call.integer();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(dy, end(images) * g.output_floats());
  call.holds(scale, g.input_channels);
  if (dx.data) call.holds(dx, end(images) * g.input_floats());
  call.holds(d_scale, g.input_channels);
  call.holds(d_bias, g.input_channels);
  if (call.ok) {
    call.kernels->trainable_pooling_backward(g, x.data, dy.data, scale.data, dx.data, d_scale.data, d_bias.data, divisor, images);
  }
  return nullptr;
}

constexpr Export kPooling[] = {
    {"maxPoolingForward", invoke<max_pooling_forward>},
    {"maxPoolingBackward", invoke<max_pooling_backward>},
    {"averagePoolingForward", invoke<average_pooling_forward>},
    {"averagePoolingBackward", invoke<average_pooling_backward>},
    {"trainablePoolingForward", invoke<trainable_pooling_forward>},
    {"trainablePoolingBackward", invoke<trainable_pooling_backward>},
};

}  // namespace
}  // namespace convoy
