// Activations and dropout. A function of single elements is a struct of its own file: `forward` of x, `backward` of what the layer reads (its
// output, which may have overwritten the input, where that tells enough of it) and dy; both take a coefficient, which some have no use for,
// and a threshold if there is one at which the function changes over.
//
// What is not finite comes out as such, so that a run that diverges is seen to, although functions such as ReLU and the logistic one have a
// finite value at infinity: 0·x, which changes no bit of y where x is finite (y has the sign of x wherever it is zero), is added to it. Backward
// a function that leaves dy out adds 0·dy itself.

#include "activations/elu.inl.h"
#include "activations/gelu-tanh.inl.h"
#include "activations/gelu.inl.h"
#include "activations/hard-sigmoid.inl.h"
#include "activations/hard-swish.inl.h"
#include "activations/leaky-relu.inl.h"
#include "activations/mish.inl.h"
#include "activations/relu.inl.h"
#include "activations/relu6.inl.h"
#include "activations/sigmoid.inl.h"
#include "activations/silu.inl.h"
#include "activations/softplus.inl.h"
#include "activations/tanh.inl.h"
#include "dropout.inl.h"
#include "prelu.inl.h"

template <typename Function>
inline auto forward_of(V x, V coefficient, V) -> decltype(Function::forward(x, coefficient)) {
  return Function::forward(x, coefficient);
}

template <typename Function>
inline auto forward_of(V x, V coefficient, V threshold) -> decltype(Function::forward(x, coefficient, threshold)) {
  return Function::forward(x, coefficient, threshold);
}

template <typename Function>
inline auto backward_of(V from, V dy, V coefficient, V) -> decltype(Function::backward(from, dy, coefficient)) {
  return Function::backward(from, dy, coefficient);
}

template <typename Function>
inline auto backward_of(V from, V dy, V coefficient, V threshold) -> decltype(Function::backward(from, dy, coefficient, threshold)) {
  return Function::backward(from, dy, coefficient, threshold);
}

template <typename Function>
void activation_forward(const ActivationForward& a, Range elements) {
  const float* x = a.x;
  float* y = a.y;
  const V coefficient = splat(a.coefficient), threshold = splat(a.threshold);
  for_each_element(elements, [&](long i, Mask mask) {
    const V value = load(x + i, mask);
    store(y + i, fma(value, splat(0), forward_of<Function>(value, coefficient, threshold)), mask);
  });
}

template <typename Function>
void activation_backward(const ActivationBackward& a, Range elements) {
  const float* from = a.from;
  const float* dy = a.dy;
  float* dx = a.dx;
  const V coefficient = splat(a.coefficient), threshold = splat(a.threshold);
  for_each_element(elements, [&](long i, Mask mask) {
    store(dx + i, backward_of<Function>(load(from + i, mask), load(dy + i, mask), coefficient, threshold), mask);
  });
}

template <typename Function>
constexpr Activation activation(const char* name) {
  return {name, {activation_forward<Function>}, {activation_backward<Function>}};
}

constexpr Activation kActivations[] = {
    activation<Relu>("relu"),
    activation<Relu6>("relu6"),
    activation<LeakyRelu>("leaky-relu"),
    activation<Elu>("elu"),
    activation<Gelu>("gelu"),
    activation<GeluTanh>("gelu-tanh"),
    activation<Sigmoid>("sigmoid"),
    activation<Tanh>("tanh"),
    activation<Silu>("silu"),
    activation<HardSigmoid>("hard-sigmoid"),
    activation<HardSwish>("hard-swish"),
    activation<Softplus>("softplus"),
    activation<Mish>("mish"),
};

constexpr ActivationKernels kActivationKernels = {
    {{prelu_forward, channel_scratch_floats}, {prelu_backward, channel_scratch_floats}, {dropout}},
    {kActivations, sizeof kActivations / sizeof kActivations[0]},
};
