// Reads a kernel's descriptor from a JavaScript object, field by field. The first that is wrong throws a TypeError; `ok` is false from then on,
// and what else is read means nothing.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <cstdio>

#include "geometry.h"
#include "philox-key.h"

namespace convoy {

class Reader {
 public:
  // `kernel` names it in messages.
  Reader(napi_env env, napi_value object, const char* kernel) : env_(env), object_(object), kernel_(kernel) {
    napi_create_array(env, &arrays_);
    napi_valuetype type = napi_undefined;
    napi_typeof(env, object, &type);
    expect(type == napi_object, "descriptor", "an object");
  }

  bool ok = true;

  // All arrays that were read, to be kept alive as long as the kernel is bound.
  napi_value arrays() const { return arrays_; }

  template <typename T>
  struct Array {
    T* data = nullptr;
    size_t length = 0;
    const char* field = "";
  };

  Array<float> floats(const char* field) { return array<float>(field, get(field), napi_float32_array, "a Float32Array"); }
  Array<uint8_t> bytes(const char* field) { return array<uint8_t>(field, get(field), napi_uint8_array, "a Uint8Array"); }
  Array<int32_t> integers(const char* field) { return array<int32_t>(field, get(field), napi_int32_array, "an Int32Array"); }

  Array<float> floats_or_null(const char* field) {
    const napi_value value = get(field);
    napi_valuetype type = napi_undefined;
    napi_typeof(env_, value, &type);
    if (type == napi_null) return {};
    return array<float>(field, value, napi_float32_array, "a Float32Array or null");
  }

  long integer(const char* field, long lowest = 0, long most = kMaxInteger) {
    double value = 0;
    const bool is_whole = napi_get_value_double(env_, get(field), &value) == napi_ok && value == __builtin_floor(value);
    const char* what = lowest > 0 ? "a positive whole number" : "a whole number, not negative";
    return expect(is_whole && value >= double(lowest) && value <= double(most), field, what) ? long(value) : lowest;
  }

  double number(const char* field) {
    double value = 0;
    expect(napi_get_value_double(env_, get(field), &value) == napi_ok, field, "a number");
    return value;
  }

  double number_or(const char* field, double otherwise) {
    napi_valuetype type = napi_undefined;
    if (ok) napi_typeof(env_, get(field), &type);
    return type == napi_undefined ? otherwise : number(field);
  }

  bool boolean(const char* field) {
    bool value = false;
    expect(napi_get_value_bool(env_, get(field), &value) == napi_ok, field, "a boolean");
    return value;
  }

  PhiloxKey key(const char* field) {
    uint32_t words[2] = {};
    for (uint32_t i = 0; i < 2; i++) {
      napi_value word = nullptr;
      napi_get_element(env_, get(field), i, &word);
      expect(word && napi_get_value_uint32(env_, word, &words[i]) == napi_ok, field, "two numbers");
    }
    return PhiloxKey{words[0], words[1]};
  }

  // The fields of WindowGeometry in src/kernels/geometry.ts.
  Geometry geometry(const char* field) {
    Geometry g{};
    if (!ok) return g;
    Reader window(env_, get(field), kernel_);
    const auto size = [&](const char* name) { return int32_t(window.integer(name, 1, INT32_MAX)); };
    g.input_height = size("inputHeight");
    g.input_width = size("inputWidth");
    g.input_channels = size("inputChannels");
    g.kernel_height = size("kernelHeight");
    g.kernel_width = size("kernelWidth");
    g.stride_y = size("strideY");
    g.stride_x = size("strideX");
    g.pad_top = int32_t(window.integer("padTop", 0, INT32_MAX));
    g.pad_left = int32_t(window.integer("padLeft", 0, INT32_MAX));
    g.output_height = size("outputHeight");
    g.output_width = size("outputWidth");
    g.output_channels = size("outputChannels");
    g.groups = size("groups");
    ok = window.ok;
    expect(ok && g.input_channels % g.groups == 0 && g.output_channels % g.groups == 0, field, "groups that divide the channels");
    return g;
  }

  Geometry ungrouped(const char* field) {
    const Geometry g = geometry(field);
    expect(g.groups == 1, field, "a geometry of one group");
    return g;
  }

  Geometry pooling(const char* field) {
    const Geometry g = ungrouped(field);
    expect(g.input_channels == g.output_channels, field, "a pooling geometry with as many channels out as in");
    return g;
  }

  // How many pieces of so many floats an array has: images, rows, elements.
  template <typename T>
  long pieces(const Array<T>& array, size_t floats) const {
    return ok && floats > 0 ? long(array.length / floats) : 0;
  }

  // Throws unless the array has at least `needed` elements.
  template <typename T>
  bool holds(const Array<T>& array, size_t needed) {
    if (!ok || array.length >= needed) return ok;
    char message[160];
    std::snprintf(message, sizeof message, "%s: %s: expected at least %zu elements, found %zu", kernel_, array.field, needed, array.length);
    napi_throw_type_error(env_, nullptr, message);
    return ok = false;
  }

  bool expect(bool condition, const char* field, const char* what) {
    if (!ok || condition) return ok;
    char message[256];
    std::snprintf(message, sizeof message, "%s: %s: expected %s", kernel_, field, what);
    napi_throw_type_error(env_, nullptr, message);
    return ok = false;
  }

 private:
  napi_value get(const char* field) const {
    napi_value value = nullptr;
    if (ok) napi_get_named_property(env_, object_, field, &value);
    return value;
  }

  template <typename T>
  Array<T> array(const char* field, napi_value value, napi_typedarray_type wanted, const char* what) {
    Array<T> result;
    result.field = field;
    napi_typedarray_type type = napi_int8_array;
    void* data = nullptr;
    const bool is_array = napi_get_typedarray_info(env_, value, &type, &result.length, &data, nullptr, nullptr) == napi_ok;
    if (!expect(is_array && type == wanted, field, what)) return Array<T>{};
    napi_set_element(env_, arrays_, array_count_++, value);
    result.data = static_cast<T*>(data);
    return result;
  }

  // The greatest whole number below which JavaScript has them all; sums and small multiples of it do not overflow.
  static constexpr long kMaxInteger = (int64_t(1) << 53) - 1;

  napi_env env_;
  napi_value object_;
  const char* kernel_;
  napi_value arrays_ = nullptr;
  uint32_t array_count_ = 0;
};

}  // namespace convoy
