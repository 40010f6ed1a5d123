// What JavaScript sees of the kernels: sets of functions that bind them (bind.h). With object-fields.h and held-arrays.h these are the only
// files that know of Node-API.
// The JavaScript side is src/kernels/native.ts.
#include <node_api.h>

#include <cstring>
#include <memory>

#include "arena-guard.h"
#include "await-change.h"
#include "bind.h"
#include "held-arrays.h"
#include "pages.h"
#include "kernel-table.h"
#include "noted-tasks.h"

namespace convoy {
namespace {

// The first argument, a typed array of that type; throws if it is none.
ArrayPlace read_array(napi_env env, napi_callback_info info, napi_typedarray_type wanted, const char* message) {
  size_t count = 1;
  napi_value value = nullptr;
  napi_get_cb_info(env, info, &count, &value, nullptr, nullptr);
  const ArrayPlace place = ArrayPlace::of(env, value);
  if (!place.is_array || place.type != wanted) napi_throw_type_error(env, nullptr, message);
  return place;
}

// Lets the caller align slices of a buffer whose base is not aligned: the address of an array's first byte, modulo 64.
napi_value address_modulo_64(napi_env env, napi_callback_info info) {
  const ArrayPlace array = read_array(env, info, napi_uint8_array, "addressModulo64: expected a Uint8Array");
  return give(env, double(reinterpret_cast<uintptr_t>(array.data) % 64));
}

napi_value hint_huge_pages(napi_env env, napi_callback_info info) {
  const ArrayPlace array = read_array(env, info, napi_float32_array, "preferHugePages: expected a Float32Array");
  if (array.type == napi_float32_array) prefer_huge_pages(array.data, array.length * sizeof(float));
  return nullptr;
}

napi_value give_back_memory(napi_env env, napi_callback_info info) {
  const ArrayPlace array = read_array(env, info, napi_float32_array, "giveBackMemory: expected a Float32Array");
  if (array.type == napi_float32_array) give_back_pages(array.data, array.length * sizeof(float));
  return nullptr;
}

#if defined(__SANITIZE_ADDRESS__)
napi_value guard_arena(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value = nullptr;
  napi_get_cb_info(env, info, &count, &value, nullptr, nullptr);
  const ArrayPlace array = read_array(env, info, napi_float32_array, "guardArena: expected a Float32Array");
  if (array.type == napi_float32_array) ArenaGuard::watch(env, value, array.data, array.length * sizeof(float));
  return nullptr;
}
#endif

// awaitChange(words, index, value): see await-change.h.
napi_value await_change_of(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value values[3];
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  const ArrayPlace words = ArrayPlace::of(env, values[0]);
  uint32_t index = 0;
  int32_t value = 0;
  const bool are_numbers =
      napi_get_value_uint32(env, values[1], &index) == napi_ok && napi_get_value_int32(env, values[2], &value) == napi_ok;
  if (!words.is_array || words.type != napi_int32_array || !are_numbers || index >= words.length) {
    napi_throw_type_error(env, nullptr, "awaitChange: expected an Int32Array, an index of it, and a value");
    return nullptr;
  }
  await_change(static_cast<const int32_t*>(words.data) + index, value);
  return nullptr;
}

template <typename Kernels>
void add_kernels(napi_env env, napi_value kernels, const Kernels& family, const std::shared_ptr<KernelSet>& set) {
  add_family(env, kernels, family, set);
}

// `activations`: by the function's name an object with its bindForward and bindBackward.
void add_kernels(napi_env env, napi_value kernels, const ActivationKernels& family, const std::shared_ptr<KernelSet>& set) {
  add_family(env, kernels, family, set);
  napi_value functions = nullptr;
  napi_create_object(env, &functions);
  for (int i = 0; i < family.activations.count; i++) {
    const Activation& activation = family.activations.first[i];
    napi_value function = nullptr;
    napi_create_object(env, &function);
    add_kernel(env, function, activation.forward, set);
    add_kernel(env, function, activation.backward, set);
    napi_set_named_property(env, functions, activation.name, function);
  }
  napi_set_named_property(env, kernels, "activations", functions);
}

// The set that a function of it was made with.
const std::shared_ptr<KernelSet>& set_of(void* data) { return *static_cast<const std::shared_ptr<KernelSet>*>(data); }

napi_value scratch_is_intact(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  return give(env, set_of(data)->scratch.is_intact());
}

typedef std::shared_ptr<const Tape> SharedTape;

// Marks the functions that `record` gives, each of which wraps its tape.
constexpr napi_type_tag kReplay = {0x6f4d1c0c2ab94f5d, 0x9e0a7b6f54c1d833};

napi_value run_tape(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  (*static_cast<const SharedTape*>(data))->run();
  return nullptr;
}

napi_value make_replay(napi_env env, std::unique_ptr<Tape> tape) {
  std::unique_ptr<SharedTape> shared(new SharedTape(std::move(tape)));
  SharedTape* data = shared.get();
  napi_value replay = make_function(env, "replay", run_tape, std::move(shared));
  if (replay) {
    napi_wrap(env, replay, data, nullptr, nullptr, nullptr);
    napi_type_tag_object(env, replay, &kReplay);
  }
  return replay;
}

// Null for what `record` has not given.
SharedTape find_tape(napi_env env, napi_value value) {
  bool is_replay = false;
  void* data = nullptr;
  if (napi_check_object_type_tag(env, value, &kReplay, &is_replay) != napi_ok || !is_replay) return nullptr;
  return napi_unwrap(env, value, &data) == napi_ok ? *static_cast<const SharedTape*>(data) : nullptr;
}

napi_value run_noted_tasks(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  return give(env, double(static_cast<const NotedTasks*>(data)->run()));
}

// joinTasks(tasks, range): see src/kernels/recording.ts.
napi_value join_tasks(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value values[2];
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  uint32_t length = 0;
  const ArrayPlace range = ArrayPlace::of(env, values[1]);
  const bool is_range = range.is_shared && range.type == napi_int32_array && range.length == 1;
  if (napi_get_array_length(env, values[0], &length) != napi_ok || !is_range) {
    napi_throw_type_error(env, nullptr, "joinTasks: expected an array of functions, and one element of an Int32Array in shared memory");
    return nullptr;
  }
  const HeldArray held{values[1], "range", range.data, sizeof(uint32_t), false};
  std::unique_ptr<NotedTasks> tasks(new NotedTasks{{}, static_cast<uint32_t*>(range.data), {env, {held}}});
  for (uint32_t i = 0; i < length; i++) {
    napi_value task = nullptr;
    napi_get_element(env, values[0], i, &task);
    tasks->tapes.push_back(find_tape(env, task));
  }
  return make_function(env, "runTasks", run_noted_tasks, std::move(tasks));
}

// record(calls): calls calls(), in which the set's kernels do nothing but are noted, and gives a function that runs them; null if it cannot.
napi_value record(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value calls = nullptr, receiver = nullptr, given = nullptr;
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, &calls, nullptr, &data);
  KernelSet& set = *set_of(data);
  if (set.tape) {
    napi_throw_error(env, nullptr, "record: expected no calls that are being noted already");
    return nullptr;
  }
  set.tape.reset(new Tape());
  napi_get_undefined(env, &receiver);
  const napi_status status = napi_call_function(env, receiver, calls, 0, nullptr, &given);
  std::unique_ptr<Tape> tape = std::move(set.tape);
  if (status == napi_pending_exception) return nullptr;
  if (status != napi_ok) {
    napi_throw_type_error(env, nullptr, "record: expected a function");
    return nullptr;
  }
  if (tape->is_fit()) return make_replay(env, std::move(tape));
  napi_value none = nullptr;
  napi_get_null(env, &none);
  return none;
}

// `scratchIsIntact`: whether the set's kernels have kept to their scratch; `record` and `joinTasks`.
void add_set_functions(napi_env env, napi_value kernels, const std::shared_ptr<KernelSet>& set) {
  const auto add = [&](const char* name, napi_callback callback) {
    napi_set_named_property(
        env, kernels, name,
        make_function(env, name, callback, std::unique_ptr<std::shared_ptr<KernelSet>>(new std::shared_ptr<KernelSet>(set))));
  };
  add("scratchIsIntact", scratch_is_intact);
  add("record", record);
  add("joinTasks", join_tasks);
}

// kernelSet(name): an object with one function a kernel, or null if the processor cannot run that set.
napi_value kernel_set(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr, result = nullptr;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  // Longer than the longest name, so that one that is cut is none.
  char name[16] = "";
  size_t length = 0;
  if (napi_get_value_string_utf8(env, argument, name, sizeof name, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "kernelSet: expected the name of a kernel set");
    return nullptr;
  }
  const KernelTable* table = std::strlen(name) == length ? find_table(name) : nullptr;
  if (!table) {
    napi_get_null(env, &result);
    return result;
  }
  napi_create_object(env, &result);
  // Not make_shared, for which the addon would need the libstdc++ of GCC 9.
  const std::shared_ptr<KernelSet> set(new KernelSet());
  for_each_family(*table, [&](const auto& family) { add_kernels(env, result, family, set); });
  add_set_functions(env, result, set);
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
  const struct {
    const char* name;
    napi_callback callback;
  } functions[] = {
      {"kernelSet", kernel_set},
      {"supportedNames", supported_names},
      {"addressModulo64", address_modulo_64},
      {"preferHugePages", hint_huge_pages},
      {"giveBackMemory", give_back_memory},
      {"awaitChange", await_change_of},
#if defined(__SANITIZE_ADDRESS__)
      {"guardArena", guard_arena},
#endif
  };
  for (const auto& [name, callback] : functions) {
    napi_value function = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  }
  return exports;
}

}  // namespace
}  // namespace convoy

NAPI_MODULE_INIT() { return convoy::init(env, exports); }
