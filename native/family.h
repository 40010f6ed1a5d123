// How kernels lie in a table, and what is known of each: its descriptor, a struct in families/. A descriptor is made once, when a layer is
// bound (bind.h), and holds all that does not change from call to call. It has
//
//   kName             what JavaScript knows the function by that makes it
//   Run               the kernel: of the descriptor, scratch if it needs some, and the numbers of a call
//   read(reader)      makes it from a JavaScript object of the same fields; checks their types, sizes and contents
//   allows(numbers)   whether a call with those numbers stays within the arrays
//   kAllows           what that asks for, if it is more: for the message
#pragma once

#include <climits>

namespace convoy {

// A run [first, first + count) of images, rows, panels or elements.
struct Range {
  long first, count;

  // Whether it lies in [0, limit).
  constexpr bool within(long limit) const { return first >= 0 && count >= 0 && first <= limit && count <= limit - first; }
};

// The least of some limits, lengths of arrays among them.
template <typename... Limits>
constexpr long least(Limits... limits) {
  long result = LONG_MAX;
  ((result = long(limits) < result ? long(limits) : result), ...);
  return result;
}

// One kernel of a target, and the floats of scratch that it needs; null for none.
template <typename Descriptor>
struct Entry {
  typename Descriptor::Run run;
  long (*scratch_floats)(const Descriptor&) = nullptr;
};

// A sub-table of KernelTable: the kernels of those descriptors, in their order.
template <typename... Descriptors>
struct Family : Entry<Descriptors>... {};

}  // namespace convoy
