// Passes over single elements.

// Calls visit(offset, mask) for each vector of the elements.
template <typename Visit>
inline void for_each_element(Range elements, Visit visit) {
  const Mask all = first_lanes(kLanes);
  const long end = elements.first + elements.count;
  long at = elements.first;
  for (; at + kLanes <= end; at += kLanes) visit(at, all);
  if (at < end) visit(at, first_lanes(end - at));
}
