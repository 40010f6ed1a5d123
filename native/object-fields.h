// The fields of a JavaScript object, for the reader of descriptors. Whatever a getter or a proxy does meanwhile, a field is read once, and an array
// that has gone when all are read is noticed.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <vector>

#include "held-arrays.h"

namespace convoy {

class ObjectFields {
 public:
  typedef napi_value Value;

  ObjectFields(napi_env env, napi_value object) : env_(env), object_(object) {}

  bool is_object() const { return type_of(object_) == napi_object; }
  // Null if reading it threw.
  Value get(const char* field) const {
    napi_value value = nullptr;
    return napi_get_named_property(env_, object_, field, &value) == napi_ok ? value : nullptr;
  }
  ObjectFields inner(Value value) const { return ObjectFields(env_, value); }

  bool is_null(Value value) const { return type_of(value) == napi_null; }
  bool is_absent(Value value) const { return value && type_of(value) == napi_undefined; }
  bool to_number(Value value, double& number) const { return napi_get_value_double(env_, value, &number) == napi_ok; }
  bool to_boolean(Value value, bool& boolean) const { return napi_get_value_bool(env_, value, &boolean) == napi_ok; }
  bool to_element(Value value, uint32_t index, double& number) const {
    napi_value element = nullptr;
    return type_of(value) == napi_object && napi_get_element(env_, value, index, &element) == napi_ok && to_number(element, number);
  }

  bool to_array(Value value, const char* field, const float*, void*& data, size_t& length) {
    return hold(value, field, napi_float32_array, data, length);
  }
  bool to_array(Value value, const char* field, const uint8_t*, void*& data, size_t& length) {
    return hold(value, field, napi_uint8_array, data, length);
  }
  bool to_array(Value value, const char* field, const uint16_t*, void*& data, size_t& length) {
    return hold(value, field, napi_uint16_array, data, length);
  }
  bool to_array(Value value, const char* field, const int32_t*, void*& data, size_t& length) {
    return hold(value, field, napi_int32_array, data, length);
  }

  // The arrays that were read, in order.
  const std::vector<HeldArray>& arrays() const { return arrays_; }
  // The field of an array that another field's getter has taken away; null if there is none.
  const char* find_lost() const {
    for (const HeldArray& array : arrays_) {
      if (!is_in_place(env_, array.value, array.data, array.size_bytes)) return array.field;
    }
    return nullptr;
  }

  // What a getter has thrown stays.
  void refuse(const char* message) const { napi_throw_type_error(env_, nullptr, message); }

 private:
  napi_valuetype type_of(napi_value value) const {
    napi_valuetype type = napi_undefined;
    napi_typeof(env_, value, &type);
    return type;
  }

  bool hold(napi_value value, const char* field, napi_typedarray_type wanted, void*& data, size_t& length) {
    const ArrayPlace place = ArrayPlace::of(env_, value);
    if (!place.is_array || place.type != wanted) return false;
    data = place.data;
    length = place.length;
    arrays_.push_back({value, field, data, length * element_bytes(wanted), !place.is_shared});
    return true;
  }

  napi_env env_;
  napi_value object_;
  std::vector<HeldArray> arrays_;
};

}  // namespace convoy
