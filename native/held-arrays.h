// The typed arrays of a bound kernel: kept alive, and looked at again before a run where they can have gone.
#pragma once

#include <node_api.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace convoy {

// A typed array as it was when it was read.
struct HeldArray {
  napi_value value;
  const char* field;
  void* data;
  size_t size_bytes;
  // Of a buffer that can be transferred or shrunk, as no shared one can.
  bool can_go;
};

// Where a typed array's elements are now; nowhere, if its buffer has been transferred or has become too short for it.
struct ArrayPlace {
  napi_typedarray_type type = napi_int8_array;
  void* data = nullptr;
  size_t length = 0;
  bool is_array = false;
  bool is_shared = false;

  static ArrayPlace of(napi_env env, napi_value value) {
    ArrayPlace place;
    napi_value buffer = nullptr;
    place.is_array = napi_get_typedarray_info(env, value, &place.type, &place.length, &place.data, &buffer, nullptr) == napi_ok;
    bool is_arraybuffer = true;
    place.is_shared = place.is_array && napi_is_arraybuffer(env, buffer, &is_arraybuffer) == napi_ok && !is_arraybuffer;
    return place;
  }
};

// Of the types that kernels take.
constexpr size_t element_bytes(napi_typedarray_type type) { return type == napi_uint8_array ? 1 : type == napi_uint16_array ? 2 : 4; }

// Whether all elements that an array had are where they were.
inline bool is_in_place(napi_env env, napi_value value, const void* data, size_t size_bytes) {
  const ArrayPlace place = ArrayPlace::of(env, value);
  return size_bytes == 0 || (place.data == data && place.length * element_bytes(place.type) >= size_bytes);
}

class HeldArrays {
 public:
  HeldArrays(napi_env env, const std::vector<HeldArray>& arrays) : env_(env) {
    for (const HeldArray& array : arrays) {
      napi_ref reference = nullptr;
      napi_create_reference(env, array.value, 1, &reference);
      (array.can_go ? watched_ : shared_).push_back({reference, array.field, static_cast<const char*>(array.data), array.size_bytes});
    }
  }
  HeldArrays(const HeldArrays&) = delete;
  HeldArrays& operator=(const HeldArrays&) = delete;
  ~HeldArrays() {
    for (const Held& array : watched_) napi_delete_reference(env_, array.reference);
    for (const Held& array : shared_) napi_delete_reference(env_, array.reference);
  }

  // The field of an array that is no longer what it was; null if there is none. Arrays in shared memory cost nothing.
  const char* find_lost() const {
    for (const Held& array : watched_) {
      napi_value value = nullptr;
      napi_get_reference_value(env_, array.reference, &value);
      if (!is_in_place(env_, value, array.data, array.size_bytes)) return array.field;
    }
    return nullptr;
  }

  // Whether there are any outside of shared memory, for find_lost to look at.
  bool can_go() const { return !watched_.empty(); }

  // Calls visit(data, bytes) for each.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const Held& array : watched_) visit(array.data, array.size_bytes);
    for (const Held& array : shared_) visit(array.data, array.size_bytes);
  }

 private:
  struct Held {
    napi_ref reference;
    const char* field;
    const char* data;
    size_t size_bytes;
  };

  napi_env env_;
  std::vector<Held> watched_, shared_;
};

}  // namespace convoy
