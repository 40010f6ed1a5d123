// Binds kernels for JavaScript: bindX(descriptor) checks and reads everything once and gives a function of a call's few numbers.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <tuple>
#include <type_traits>

#include "arena-guard.h"
#include "family.h"
#include "held-arrays.h"
#include "kernel-set.h"
#include "object-fields.h"
#include "reader.h"

namespace convoy {

// What a bindX function knows: a target's kernel, and the set that it is of.
template <typename D>
struct Binder {
  const Entry<D>& entry;
  std::shared_ptr<KernelSet> set;
};

// What the function that it gives knows, and tapes with it.
template <typename D>
struct Bound {
  D descriptor;
  typename D::Run run;
  std::shared_ptr<KernelSet> set;
  HeldArrays arrays;
};

// A function that owns its data; null in a thread that is being terminated.
template <typename Data>
napi_value make_function(napi_env env, const char* name, napi_callback callback, std::unique_ptr<Data> data) {
  napi_value function = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, data.get(), &function) != napi_ok) return nullptr;
  const napi_finalize finalize = [](napi_env, void* owned, void*) { delete static_cast<Data*>(owned); };
  if (napi_add_finalizer(env, function, data.get(), finalize, nullptr, nullptr) != napi_ok) return nullptr;
  data.release();
  return function;
}

// The numbers of one call, taken in order.
struct Numbers {
  napi_env env;
  const napi_value* next;
  bool ok = true;

  template <typename T>
  T take();
};

// -1 for what is no whole number that JavaScript can tell from its neighbours: no kernel allows it.
template <>
inline long Numbers::take<long>() {
  constexpr double kLimit = 9007199254740992.0;
  double value = 0;
  ok = napi_get_value_double(env, *next++, &value) == napi_ok && ok;
  return value == __builtin_floor(value) && value > -kLimit && value < kLimit ? long(value) : -1;
}

template <>
inline double Numbers::take<double>() {
  double value = 0;
  ok = napi_get_value_double(env, *next++, &value) == napi_ok && ok;
  return value;
}

template <>
inline Range Numbers::take<Range>() {
  const long first = take<long>();
  return Range{first, take<long>()};
}

template <typename T>
constexpr size_t kNumbersOf = 1;
template <>
constexpr size_t kNumbersOf<Range> = 2;

inline napi_value give(napi_env env, bool value) {
  napi_value result = nullptr;
  napi_get_boolean(env, value, &result);
  return result;
}

inline napi_value give(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

// What a descriptor allows, for messages.
template <typename D, typename = void>
constexpr const char* kAllowed = "numbers within the arrays that were bound";
template <typename D>
constexpr const char* kAllowed<D, std::void_t<decltype(D::kAllows)>> = D::kAllows;

// Throws for a call that `allows` refuses, naming its numbers.
inline napi_value refuse(napi_env env, const char* kernel, const char* allowed, const napi_value* values, size_t count) {
  char message[320];
  int length = std::snprintf(message, sizeof message, "%s: run: expected %s, found", kernel, allowed);
  for (size_t i = 0; i < count; i++) {
    double value = 0;
    napi_get_value_double(env, values[i], &value);
    length += std::snprintf(message + length, sizeof message - size_t(length), "%s %g", i ? "," : "", value);
  }
  napi_throw_range_error(env, nullptr, message);
  return nullptr;
}

// Throws for an array whose buffer has been transferred or shrunk since the kernel was bound.
inline napi_value refuse_lost(napi_env env, const char* kernel, const char* field) {
  char message[160];
  std::snprintf(message, sizeof message, "%s: %s: expected the array as it was bound, found that its buffer was transferred or shrunk",
                kernel, field);
  napi_throw_type_error(env, nullptr, message);
  return nullptr;
}

// Throws where calls are noted: what it gives would have to be known at once.
inline napi_value refuse_to_note(napi_env env, const char* kernel) {
  char message[160];
  std::snprintf(message, sizeof message, "%s: run: expected a kernel that gives nothing back while calls are noted", kernel);
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

// How a kernel of some signature is called.
template <typename Run>
struct Caller;

template <typename D, typename Result, typename... Args>
struct Caller<Result (*)(const D&, Args...)> {
  static napi_value call(napi_env env, napi_callback_info info) {
    return call_with(env, info, [](const Bound<D>& bound, Args... args) { return bound.run(bound.descriptor, args...); });
  }

  template <typename Kernel>
  static napi_value call_with(napi_env env, napi_callback_info info, Kernel kernel) {
    constexpr size_t kCount = (0 + ... + kNumbersOf<Args>);
    napi_value values[kCount + 1];
    size_t count = kCount;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, values, nullptr, &data);
    const std::shared_ptr<Bound<D>>& shared = *static_cast<const std::shared_ptr<Bound<D>>*>(data);
    const Bound<D>& bound = *shared;
    Numbers numbers{env, values};
    // In braces the numbers are taken from left to right.
    const std::tuple<Args...> args{numbers.take<Args>()...};
    if (!numbers.ok) {
      napi_throw_type_error(env, nullptr, "run: expected numbers");
      return nullptr;
    }
    if (const char* lost = bound.arrays.find_lost()) return refuse_lost(env, D::kName, lost);
    const auto allows = [&](Args... taken) { return bound.descriptor.allows(taken...); };
    if (!std::apply(allows, args)) return refuse(env, D::kName, kAllowed<D>, values, kCount);
    if (const auto& tape = bound.set->tape) {
      if constexpr (!std::is_void_v<Result>) return refuse_to_note(env, D::kName);
      tape->note(shared, kernel, args);
      return nullptr;
    }
    const OpenArrays open(bound.arrays);
    const auto run = [&](Args... taken) { return kernel(bound, taken...); };
    if constexpr (std::is_void_v<Result>) {
      std::apply(run, args);
      return nullptr;
    } else if constexpr (std::is_same_v<Result, bool>) {
      return give(env, std::apply(run, args));
    } else {
      return give(env, double(std::apply(run, args)));
    }
  }
};

// With scratch.
template <typename D, typename Result, typename... Args>
struct Caller<Result (*)(const D&, float*, Args...)> {
  static napi_value call(napi_env env, napi_callback_info info) {
    return Caller<Result (*)(const D&, Args...)>::call_with(
        env, info, [](const Bound<D>& bound, Args... args) { return bound.run(bound.descriptor, bound.set->scratch.floats(), args...); });
  }
};

// bindX(descriptor).
template <typename D>
napi_value bind(napi_env env, napi_callback_info info) {
  napi_value object = nullptr;
  size_t count = 1;
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, &object, nullptr, &data);
  const Binder<D>& binder = *static_cast<const Binder<D>*>(data);
  Reader<ObjectFields> reader(ObjectFields(env, object), D::kName);
  const D descriptor = D::read(reader);
  if (!reader.finish()) return nullptr;
  if (binder.entry.scratch_floats && !binder.set->scratch.book(binder.entry.scratch_floats(descriptor))) {
    napi_throw_error(env, nullptr, "kernels: expected memory for a kernel's scratch, found none. Take a smaller network.");
    return nullptr;
  }
  // Not make_shared, for which the addon would need the libstdc++ of GCC 9.
  std::shared_ptr<Bound<D>> bound(new Bound<D>{descriptor, binder.entry.run, binder.set, {env, reader.fields().arrays()}});
  return make_function(env, D::kName, Caller<typename D::Run>::call,
                       std::unique_ptr<std::shared_ptr<Bound<D>>>(new std::shared_ptr<Bound<D>>(std::move(bound))));
}

// Puts a kernel's bindX on an object.
template <typename D>
void add_kernel(napi_env env, napi_value object, const Entry<D>& entry, const std::shared_ptr<KernelSet>& set) {
  napi_set_named_property(env, object, D::kName,
                          make_function(env, D::kName, bind<D>, std::unique_ptr<Binder<D>>(new Binder<D>{entry, set})));
}

template <typename... Ds>
void add_family(napi_env env, napi_value object, const Family<Ds...>& family, const std::shared_ptr<KernelSet>& set) {
  (add_kernel<Ds>(env, object, family, set), ...);
}

}  // namespace convoy
