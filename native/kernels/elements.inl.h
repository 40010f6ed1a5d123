// Passes over single elements.

// Of a sum of 0·w, which is NaN where a w is not finite.
inline bool all_finite(V witness) {
  bool finite = true;
  for (int lane = 0; lane < kLanes; lane++) finite = finite && witness[lane] == 0;
  return finite;
}

// 0 where v is finite, else NaN.
inline V zero_unless_wrong(V v) { return fma(v, splat(0), splat(0)); }

// Calls visit(offset, mask) for each vector of the elements.
template <typename Visit>
inline void for_each_element(Range elements, Visit visit) {
  const Mask all = first_lanes(kLanes);
  const long end = elements.first + elements.count;
  long at = elements.first;
  for (; at + kLanes <= end; at += kLanes) visit(at, all);
  if (at < end) visit(at, first_lanes(end - at));
}

// Calls visit(channel, mask) for each vector of channels.
template <typename Visit>
inline void for_each_vector(long channels, Visit visit) {
  for (long c = 0; c < channels; c += kLanes) visit(c, first_lanes(channels - c));
}
