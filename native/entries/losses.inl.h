// Losses with their gradients.
#pragma once

#include "../call.h"
#include "sizes.h"

namespace convoy {
namespace {

// compute(classes, outputs, labels, where results go, images). `read_settings` reads what stands between the labels and the gradient.
template <typename ReadSettings, typename Compute>
napi_value loss(Call& call, const ReadSettings& read_settings, const Compute& compute) {
  constexpr long kMaxClasses = 256;
  const long classes = call.integer(1);
  call.expect(classes <= kMaxClasses, "at most 256 classes");
  const auto outputs = call.floats();
  const auto labels = call.bytes();
  read_settings();
  const auto d_outputs = call.floats_or_null();
  const float scale = float(call.number());
  const auto losses = call.floats();
  const auto predicted = call.bytes(), rank = call.bytes();
  const Range images = call.range();
  call.holds(outputs, end(images) * classes);
  call.holds(labels, end(images));
  if (d_outputs.data) call.holds(d_outputs, end(images) * classes);
  call.holds(losses, end(images));
  call.holds(predicted, end(images));
  call.holds(rank, end(images));
  for (long i = images.first; call.ok && i < images.first + images.count; i++) {
    call.expect(labels.data[i] < classes, "labels below the number of classes");
  }
  if (call.ok) {
    compute(classes, outputs.data, labels.data, LossOutputs{d_outputs.data, scale, losses.data, predicted.data, rank.data}, images);
  }
  return nullptr;
}

napi_value softmax_cross_entropy(Call& call) {
  double smoothing = 0;
  const auto read_smoothing = [&] {
    smoothing = call.number();
    call.expect(smoothing >= 0 && smoothing <= 1, "a smoothing of 0 to 1");
  };
  return loss(call, read_smoothing,
              [&](long classes, const float* logits, const uint8_t* labels, const LossOutputs& out, Range images) {
                call.kernels->softmax_cross_entropy(classes, logits, labels, smoothing, out, images);
              });
}

napi_value squared_error(Call& call) {
  return loss(call, [] {}, call.kernels->squared_error);
}

constexpr Export kLosses[] = {
    {"softmaxCrossEntropy", invoke<softmax_cross_entropy>},
    {"squaredError", invoke<squared_error>},
};

}  // namespace
}  // namespace convoy
