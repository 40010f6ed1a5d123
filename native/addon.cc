// What JavaScript sees of the kernels. Each function in entries/ checks its arguments and calls one kernel; with call.h that is the only
// code that knows of Node-API. The JavaScript side is src/kernels/native.ts, whose types document the order of the arguments.
#include <node_api.h>
#ifdef _WIN32
#define NOMINMAX
#include <windows.h>
#else
#include <sched.h>
#endif

#include <memory>

#include "bind.h"
#include "call.h"
#include "entries/assembly.inl.h"
#include "entries/channels.inl.h"
#include "entries/convolution.inl.h"
#include "entries/convolution-lanes.inl.h"
#include "entries/joins.inl.h"
#include "entries/lanes.inl.h"
#include "entries/losses.inl.h"
#include "entries/pooling.inl.h"
#include "entries/probes.inl.h"
#include "entries/products.inl.h"
#include "entries/winograd.inl.h"
#include "huge-pages.h"
#include "kernel-table.h"

namespace convoy {
namespace {

// Lets the caller align slices of a buffer whose base is not aligned: the address of an array's first byte, modulo 64.
napi_value address_modulo_64(Call& call) {
  const auto array = call.bytes();
  return call.ok ? call.give(long(reinterpret_cast<uintptr_t>(array.data) % 64)) : nullptr;
}

// Asks for huge pages behind an array, of which only whole ones count.
napi_value hint_huge_pages(Call& call) {
  const auto array = call.floats();
  if (call.ok) prefer_huge_pages(array.data, array.length);
  return nullptr;
}

// Lets another thread have the caller's core.
napi_value yield_thread(napi_env, napi_callback_info) {
#ifdef _WIN32
  SwitchToThread();
#else
  sched_yield();
#endif
  return nullptr;
}

// Puts functions on an object; they run on that table's kernels.
template <size_t count>
void add(napi_env env, napi_value object, const Export (&entries)[count], const KernelTable* table) {
  for (const Export& entry : entries) {
    napi_value function = nullptr;
    napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.callback, const_cast<KernelTable*>(table), &function);
    napi_set_named_property(env, object, entry.name, function);
  }
}

// `activations`: by the function's name an object with its bindForward and bindBackward.
void add_activations(napi_env env, napi_value kernels, const ActivationKernels& family, const std::shared_ptr<Scratch>& scratch) {
  add_family(env, kernels, family, scratch);
  napi_value functions = nullptr;
  napi_create_object(env, &functions);
  for (int i = 0; i < family.activations.count; i++) {
    const Activation& activation = family.activations.first[i];
    napi_value function = nullptr;
    napi_create_object(env, &function);
    add_kernel(env, function, activation.forward, scratch);
    add_kernel(env, function, activation.backward, scratch);
    napi_set_named_property(env, functions, activation.name, function);
  }
  napi_set_named_property(env, kernels, "activations", functions);
}

napi_value scratch_is_intact(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  return give(env, (*static_cast<const std::shared_ptr<Scratch>*>(data))->is_intact());
}

// `scratchIsIntact`: whether the set's kernels have kept to their scratch.
void add_scratch(napi_env env, napi_value kernels, const std::shared_ptr<Scratch>& scratch) {
  const napi_value function = make_function(env, "scratchIsIntact", scratch_is_intact, new std::shared_ptr<Scratch>(scratch));
  napi_set_named_property(env, kernels, "scratchIsIntact", function);
}

// kernelSet(name): an object with one function a kernel, or null if the processor cannot run that set.
napi_value kernel_set(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr, result = nullptr;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  char name[16] = "";
  size_t length = 0;
  napi_get_value_string_utf8(env, argument, name, sizeof name, &length);
  const KernelTable* table = find_table(name);
  if (!table) {
    napi_get_null(env, &result);
    return result;
  }
  napi_create_object(env, &result);
  const auto scratch = std::make_shared<Scratch>();
  add(env, result, kProducts, table);
  add(env, result, kConvolution, table);
  add(env, result, kConvolutionLanes, table);
  add(env, result, kWinograd, table);
  add(env, result, kLanes, table);
  add(env, result, kAssembly, table);
  add(env, result, kPooling, table);
  add(env, result, kChannels, table);
  add(env, result, kJoins, table);
  add(env, result, kLosses, table);
  add_activations(env, result, table->activations, scratch);
  add_family(env, result, table->parameters, scratch);
  add_family(env, result, table->optimizers, scratch);
  add_scratch(env, result, scratch);
  add(env, result, kProbes, table);
  return result;
}

// supportedNames(): the kernel sets that this processor can run, the fastest first.
napi_value supported_names(napi_env env, napi_callback_info) {
  const char* names[kMaxTargets];
  const int count = list_supported(names);
  napi_value result = nullptr;
  napi_create_array_with_length(env, count, &result);
  for (int i = 0; i < count; i++) {
    napi_value name = nullptr;
    napi_create_string_utf8(env, names[i], NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, result, i, name);
  }
  return result;
}

napi_value init(napi_env env, napi_value exports) {
  const Export functions[] = {
      {"kernelSet", kernel_set},
      {"supportedNames", supported_names},
      {"addressModulo64", invoke<address_modulo_64>},
      {"preferHugePages", invoke<hint_huge_pages>},
      {"yieldThread", yield_thread},
  };
  add(env, exports, functions, nullptr);
  return exports;
}

}  // namespace
}  // namespace convoy

NAPI_MODULE_INIT() { return convoy::init(env, exports); }
