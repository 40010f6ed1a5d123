// Activations, and dropout.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

template <void (*KernelTable::*kernel)(const float*, float*, Range)>
napi_value activation_forward(Call& call) {
  const auto x = call.floats(), y = call.floats();
  const Range elements = call.range();
  call.holds(x, end(elements));
  call.holds(y, end(elements));
  if (call.ok) (call.kernels->*kernel)(x.data, y.data, elements);
  return nullptr;
}

template <void (*KernelTable::*kernel)(const float*, const float*, float*, Range)>
napi_value activation_backward(Call& call) {
  const auto y = call.floats(), dy = call.floats(), dx = call.floats();
  const Range elements = call.range();
  call.holds(y, end(elements));
  call.holds(dy, end(elements));
  call.holds(dx, end(elements));
  if (call.ok) (call.kernels->*kernel)(y.data, dy.data, dx.data, elements);
  return nullptr;
}

// With one number beside the arrays: a slope, or ELU's alpha.
template <void (*KernelTable::*kernel)(const float*, float*, float, Range)>
napi_value shaped_activation_forward(Call& call) {
  const auto x = call.floats(), y = call.floats();
  const float shape = float(call.number());
  const Range elements = call.range();
  call.holds(x, end(elements));
  call.holds(y, end(elements));
  if (call.ok) (call.kernels->*kernel)(x.data, y.data, shape, elements);
  return nullptr;
}

template <void (*KernelTable::*kernel)(const float*, const float*, float*, float, Range)>
napi_value shaped_activation_backward(Call& call) {
  const auto y = call.floats(), dy = call.floats(), dx = call.floats();
  const float shape = float(call.number());
  const Range elements = call.range();
  call.holds(y, end(elements));
  call.holds(dy, end(elements));
  call.holds(dx, end(elements));
  if (call.ok) (call.kernels->*kernel)(y.data, dy.data, dx.data, shape, elements);
  return nullptr;
}

napi_value prelu_forward(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), slope = call.floats(), y = call.floats(), scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(slope, channels);
  call.holds(y, end(rows) * channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) call.kernels->prelu_forward(channels, x.data, slope.data, y.data, scratch.data, rows);
  return nullptr;
}

napi_value prelu_backward(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), dy = call.floats(), slope = call.floats(), dx = call.floats_or_null();
  const auto d_slope = call.floats(), scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(dy, end(rows) * channels);
  call.holds(slope, channels);
  if (dx.data) call.holds(dx, end(rows) * channels);
  call.holds(d_slope, channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) {
    call.kernels->prelu_backward(channels, x.data, dy.data, slope.data, dx.data, d_slope.data, scratch.data, rows);
  }
  return nullptr;
}

napi_value dropout(Call& call) {
  const auto x = call.floats(), y = call.floats();
  DropoutSettings settings{};
  settings.rate = call.number();
  settings.key = call.key();
  settings.epoch = uint32_t(call.integer());
  const auto sample_ids = call.integers();
  const long floats_per_image = call.integer(1);
  const Range images = call.range();
  call.expect(settings.rate >= 0 && settings.rate < 1, "a rate of at least 0 and below 1");
  call.holds(x, end(images) * floats_per_image);
  call.holds(y, end(images) * floats_per_image);
  call.holds(sample_ids, end(images));
  if (call.ok) call.kernels->dropout(x.data, y.data, settings, sample_ids.data, floats_per_image, images);
  return nullptr;
}

constexpr Export kActivations[] = {
    {"reluForward", invoke<activation_forward<&KernelTable::relu_forward>>},
    {"reluBackward", invoke<activation_backward<&KernelTable::relu_backward>>},
    {"sigmoidForward", invoke<activation_forward<&KernelTable::sigmoid_forward>>},
    {"sigmoidBackward", invoke<activation_backward<&KernelTable::sigmoid_backward>>},
    {"tanhForward", invoke<activation_forward<&KernelTable::tanh_forward>>},
    {"tanhBackward", invoke<activation_backward<&KernelTable::tanh_backward>>},
    {"leakyReluForward", invoke<shaped_activation_forward<&KernelTable::leaky_relu_forward>>},
    {"leakyReluBackward", invoke<shaped_activation_backward<&KernelTable::leaky_relu_backward>>},
    {"eluForward", invoke<shaped_activation_forward<&KernelTable::elu_forward>>},
    {"eluBackward", invoke<shaped_activation_backward<&KernelTable::elu_backward>>},
    {"geluForward", invoke<activation_forward<&KernelTable::gelu_forward>>},
    {"geluBackward", invoke<activation_backward<&KernelTable::gelu_backward>>},
    {"geluTanhForward", invoke<activation_forward<&KernelTable::gelu_tanh_forward>>},
    {"geluTanhBackward", invoke<activation_backward<&KernelTable::gelu_tanh_backward>>},
    {"preluForward", invoke<prelu_forward>},
    {"preluBackward", invoke<prelu_backward>},
    {"dropout", invoke<dropout>},
};

}  // namespace
}  // namespace convoy
