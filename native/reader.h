// Reads a kernel's descriptor, field by field, and checks it. The first field that is wrong is reported as such; `ok` is false from then on, and what
// else is read means nothing. Where fields come from is the business of `Fields`: object-fields.h.
#pragma once

#include <cstdint>
#include <cstdio>
#include <type_traits>
#include <utility>
#include <vector>

#include "geometry.h"
#include "philox-key.h"
#include "sizes.h"

namespace convoy {

template <typename Fields>
class Reader {
 public:
  // `kernel` names it in messages.
  Reader(Fields fields, const char* kernel) : fields_(std::move(fields)), kernel_(kernel) {
    expect(fields_.is_object(), "descriptor", "an object");
  }

  bool ok = true;

  const Fields& fields() const { return fields_; }

  template <typename T>
  struct Array {
    T* data = nullptr;
    size_t length = 0;
    const char* field = "";
    size_t index = 0;
  };

  // Arrays that the kernel reads.
  Array<const float> floats(const char* field) { return array<const float>(field, "a Float32Array"); }
  Array<const float> floats_or_null(const char* field) { return array_or_null<const float>(field, "a Float32Array or null"); }
  Array<const uint8_t> bytes(const char* field) { return array<const uint8_t>(field, "a Uint8Array"); }
  Array<const uint16_t> shorts(const char* field) { return array<const uint16_t>(field, "a Uint16Array"); }
  Array<const uint16_t> shorts_or_null(const char* field) { return array_or_null<const uint16_t>(field, "a Uint16Array or null"); }
  Array<const int32_t> integers(const char* field) { return array<const int32_t>(field, "an Int32Array"); }

  // Arrays that it writes, which share no memory with any other; but see may_be.
  Array<float> output(const char* field) { return array<float>(field, "a Float32Array"); }
  Array<float> output_or_null(const char* field) { return array_or_null<float>(field, "a Float32Array or null"); }
  Array<uint16_t> output_shorts(const char* field) { return array<uint16_t>(field, "a Uint16Array"); }
  Array<int32_t> output_integers(const char* field) { return array<int32_t>(field, "an Int32Array"); }

  // The kernel works in place: an output may begin where an input does.
  template <typename Out, typename In>
  void may_be(const Array<Out>& output, const Array<In>& input) {
    in_place_.push_back({output.index, input.index});
  }

  long integer(const char* field, long lowest = 0, long most = kMaxInteger) {
    double value = 0;
    const bool is_whole = fields_.to_number(get(field), value) && value == __builtin_floor(value);
    const char* what = lowest > 0 ? "a positive whole number" : "a whole number, not negative";
    return expect(is_whole && value >= double(lowest) && value <= double(most), field, what) ? long(value) : lowest;
  }

  double number(const char* field) { return number_of(get(field), field); }

  double number_or(const char* field, double otherwise) {
    const auto value = get(field);
    return fields_.is_absent(value) ? otherwise : number_of(value, field);
  }

  bool boolean(const char* field) {
    bool value = false;
    expect(fields_.to_boolean(get(field), value), field, "a boolean");
    return value;
  }

  PhiloxKey key(const char* field) {
    const auto value = get(field);
    uint32_t words[2] = {};
    for (uint32_t i = 0; i < 2; i++) {
      double word = 0;
      const bool is_number = ok && fields_.to_element(value, i, word);
      if (!expect(is_number && word >= 0 && word <= UINT32_MAX && word == __builtin_floor(word), field, "two numbers of 32 bits"))
        return {};
      words[i] = uint32_t(word);
    }
    return PhiloxKey{words[0], words[1]};
  }

  // The fields of WindowGeometry in src/kernels/geometry.ts.
  Geometry geometry(const char* field) {
    if (!ok) return kOnePixel;
    Reader window(fields_.inner(get(field)), kernel_);
    const auto size = [&](const char* name, long lowest) { return int32_t(window.integer(name, lowest, INT32_MAX)); };
    Geometry g{};
    g.input_height = size("inputHeight", 1);
    g.input_width = size("inputWidth", 1);
    g.input_channels = size("inputChannels", 1);
    g.kernel_height = size("kernelHeight", 1);
    g.kernel_width = size("kernelWidth", 1);
    g.stride_y = size("strideY", 1);
    g.stride_x = size("strideX", 1);
    g.dilation_y = size("dilationY", 1);
    g.dilation_x = size("dilationX", 1);
    g.pad_top = size("padTop", 0);
    g.pad_left = size("padLeft", 0);
    g.output_height = size("outputHeight", 1);
    g.output_width = size("outputWidth", 1);
    g.output_channels = size("outputChannels", 1);
    g.groups = size("groups", 1);
    ok = window.ok;
    expect(ok && g.input_channels % g.groups == 0 && g.output_channels % g.groups == 0, field, "groups that divide the channels");
    expect(ok && g.is_addressable(), field, "maps and a kernel of at most 2^48 floats, padding included");
    return ok ? g : kOnePixel;
  }

  Geometry ungrouped(const char* field) {
    const Geometry g = geometry(field);
    expect(g.groups == 1, field, "a geometry of one group");
    return g;
  }

  Geometry depthwise(const char* field) {
    const Geometry g = geometry(field);
    expect(g.groups == g.input_channels && g.groups == g.output_channels && !g.is_dilated(), field,
           "a geometry without dilation of as many groups as channels in and out");
    return g;
  }

  Geometry undilated(const char* field) {
    const Geometry g = ungrouped(field);
    expect(!g.is_dilated(), field, "a geometry without dilation");
    return g;
  }

  Geometry pooling(const char* field) {
    const Geometry g = undilated(field);
    expect(g.input_channels == g.output_channels, field, "a pooling geometry with as many channels out as in");
    expect(g.windows_reach_inside(), field, "windows that hold at least one element of the input");
    return g;
  }

  // How many pieces of so many floats an array has: images, rows, elements.
  template <typename T>
  long pieces(const Array<T>& array, size_t floats) const {
    return ok && floats > 0 ? long(array.length / floats) : 0;
  }

  // Refuses an array that has not at least `needed` elements.
  template <typename T>
  bool holds(const Array<T>& array, size_t needed) {
    if (!ok || array.length >= needed) return ok;
    char message[160];
    std::snprintf(message, sizeof message, "%s: %s: expected at least %zu elements, found %zu", kernel_, array.field, needed, array.length);
    return refuse(message);
  }

  bool expect(bool condition, const char* field, const char* what) {
    if (!ok || condition) return ok;
    char message[256];
    std::snprintf(message, sizeof message, "%s: %s: expected %s", kernel_, field, what);
    return refuse(message);
  }

  // What can be told when all fields are read: whether outputs lie apart, and nobody has taken an array away meanwhile.
  bool finish() {
    if (ok) {
      if (const char* lost = fields_.find_lost()) expect(false, lost, "an array that stays while the descriptor is read");
    }
    for (const Extent& output : extents_) {
      for (const Extent& other : extents_) {
        if (!output.written || output.index == other.index || !output.overlaps(other)) continue;
        if (output.begin == other.begin && is_in_place(output.index, other.index)) continue;
        char what[128];
        std::snprintf(what, sizeof what, "memory apart from that of %s, found that they overlap", other.field);
        expect(false, output.field, what);
      }
    }
    return ok;
  }

 private:
  // An array's bytes.
  struct Extent {
    const char* field;
    size_t index;
    const char* begin;
    const char* end;
    bool written;

    bool overlaps(const Extent& other) const { return begin < other.end && other.begin < end; }
  };

  auto get(const char* field) const { return ok ? fields_.get(field) : typename Fields::Value{}; }

  double number_of(typename Fields::Value value, const char* field) {
    double number = 0;
    expect(fields_.to_number(value, number), field, "a number");
    return number;
  }

  template <typename T>
  Array<T> array(const char* field, const char* what) {
    return array_of<T>(get(field), field, what);
  }

  template <typename T>
  Array<T> array_or_null(const char* field, const char* what) {
    const auto value = get(field);
    return fields_.is_null(value) ? Array<T>{} : array_of<T>(value, field, what);
  }

  template <typename T>
  Array<T> array_of(typename Fields::Value value, const char* field, const char* what) {
    void* data = nullptr;
    size_t length = 0;
    const bool is_array = ok && fields_.to_array(value, field, static_cast<const T*>(nullptr), data, length);
    if (!expect(is_array, field, what)) return {};
    // 0 is for arrays that are null.
    const size_t index = extents_.size() + 1;
    const char* begin = static_cast<const char*>(data);
    extents_.push_back({field, index, begin, begin + length * sizeof(T), !std::is_const_v<T>});
    return {static_cast<T*>(data), length, field, index};
  }

  bool is_in_place(size_t a, size_t b) const {
    for (const auto& [output, input] : in_place_) {
      if ((output == a && input == b) || (output == b && input == a)) return true;
    }
    return false;
  }

  bool refuse(const char* message) {
    fields_.refuse(message);
    return ok = false;
  }

  // The greatest whole number below which JavaScript has them all; sums and small multiples of it do not overflow.
  static constexpr long kMaxInteger = (int64_t(1) << 53) - 1;
  // In the place of one that is wrong.
  static constexpr Geometry kOnePixel{1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1};

  Fields fields_;
  const char* kernel_;
  std::vector<Extent> extents_;
  std::vector<std::pair<size_t, size_t>> in_place_;
};

}  // namespace convoy
