// Reads and checks the arguments of one call from JavaScript.
#pragma once

#include <node_api.h>

#include <cstdio>

#include "kernel-table.h"

namespace convoy {

// One call's arguments. The first argument that is wrong throws a TypeError; `ok` is false from then on.
class Call {
 public:
  Call(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = kMaxArguments;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, values_, nullptr, &data);
    kernels = static_cast<const KernelTable*>(data);
  }

  const KernelTable* kernels = nullptr;
  bool ok = true;

  long integer(long lowest = 0) {
    int64_t value = 0;
    if (!expect(napi_get_value_int64(env_, next(), &value) == napi_ok && value >= lowest, "a whole number, not negative")) return lowest;
    return long(value);
  }

  double number() {
    double value = 0;
    expect(napi_get_value_double(env_, next(), &value) == napi_ok, "a number");
    return value;
  }

  bool boolean() {
    bool value = false;
    expect(napi_get_value_bool(env_, next(), &value) == napi_ok, "a boolean");
    return value;
  }

  Range range() {
    const long first = integer();
    return Range{first, integer()};
  }

  PhiloxKey key() {
    const uint32_t low = uint32_t(integer());
    return PhiloxKey{low, uint32_t(integer())};
  }

  // Arrays' lengths are checked by `holds`, once the sizes are known.
  template <typename T>
  struct Array {
    T* data = nullptr;
    size_t length = 0;
    int argument = 0;
  };

  Array<float> floats() { return array<float>(napi_float32_array, "a Float32Array"); }
  Array<uint8_t> bytes() { return array<uint8_t>(napi_uint8_array, "a Uint8Array"); }
  Array<int32_t> integers() { return array<int32_t>(napi_int32_array, "an Int32Array"); }

  Array<float> floats_or_null() {
    napi_valuetype type = napi_undefined;
    napi_typeof(env_, values_[index_], &type);
    if (type == napi_null) {
      index_++;
      return {};
    }
    return floats();
  }

  Geometry geometry() {
    const Array<int32_t> fields = integers();
    Geometry g{};
    if (!ok || !holds(fields, sizeof(Geometry) / sizeof(int32_t))) return g;
    __builtin_memcpy(&g, fields.data, sizeof g);
    const bool sane = g.input_height > 0 && g.input_width > 0 && g.input_channels > 0 && g.kernel_height > 0 &&
                      g.kernel_width > 0 && g.stride_y > 0 && g.stride_x > 0 && g.pad_top >= 0 && g.pad_left >= 0 &&
                      g.output_height > 0 && g.output_width > 0 && g.output_channels > 0 && g.groups > 0;
    if (!expect(sane, "a geometry of positive sizes")) return g;
    expect(g.input_channels % g.groups == 0 && g.output_channels % g.groups == 0, "groups that divide the channels");
    return g;
  }

  // Throws unless the array has at least `needed` elements.
  template <typename T>
  bool holds(const Array<T>& array, size_t needed) {
    if (!ok || array.length >= needed) return ok;
    char message[128];
    std::snprintf(message, sizeof message, "argument %d: expected at least %zu elements, found %zu", array.argument, needed, array.length);
    napi_throw_type_error(env_, nullptr, message);
    return ok = false;
  }

  bool expect(bool condition, const char* what) {
    if (!ok || condition) return ok;
    char message[128];
    std::snprintf(message, sizeof message, "argument %d: expected %s", index_ - 1, what);
    napi_throw_type_error(env_, nullptr, message);
    return ok = false;
  }

  napi_value give(bool value) {
    napi_value result = nullptr;
    napi_get_boolean(env_, value, &result);
    return result;
  }

  napi_value give(double value) {
    napi_value result = nullptr;
    napi_create_double(env_, value, &result);
    return result;
  }

  napi_value give(long value) {
    napi_value result = nullptr;
    napi_create_int64(env_, value, &result);
    return result;
  }

 private:
  static constexpr size_t kMaxArguments = 16;

  napi_value next() { return values_[index_++]; }

  template <typename T>
  Array<T> array(napi_typedarray_type wanted, const char* what) {
    Array<T> result;
    result.argument = index_;
    napi_typedarray_type type;
    void* data = nullptr;
    const napi_status status = napi_get_typedarray_info(env_, next(), &type, &result.length, &data, nullptr, nullptr);
    if (!expect(status == napi_ok && type == wanted, what)) return Array<T>{};
    result.data = static_cast<T*>(data);
    return result;
  }

  napi_env env_;
  napi_value values_[kMaxArguments];
  int index_ = 0;
};

typedef napi_value (*Method)(Call&);

template <Method method>
napi_value invoke(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return method(call);
}

// A function and the name that JavaScript knows it by.
struct Export {
  const char* name;
  napi_callback callback;
};

}  // namespace convoy
