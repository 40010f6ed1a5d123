// All kernels, in the order of their dependencies. A target includes this inside its own namespace, after its vectors.
#include "../kernels/rows.inl.h"
#include "../kernels/elements.inl.h"
#include "../kernels/periods.inl.h"
#include "../kernels/exponential.inl.h"
#include "../kernels/normal.inl.h"
#include "../kernels/philox.inl.h"
#include "../kernels/tile.inl.h"
#include "../kernels/products.inl.h"
#include "../kernels/im2row.inl.h"
#include "../kernels/convolution.inl.h"
#include "../kernels/lanes.inl.h"
#include "../kernels/convolution-lanes.inl.h"
#include "../kernels/depthwise.inl.h"
#include "../kernels/winograd.inl.h"
#include "../kernels/pooling.inl.h"
#include "../kernels/borders.inl.h"
#include "../kernels/locally-connected.inl.h"
#include "../kernels/activations.inl.h"
#include "../kernels/channels.inl.h"
#include "../kernels/pooled-channels.inl.h"
#include "../kernels/normalization.inl.h"
#include "../kernels/softmax.inl.h"
#include "../kernels/joins.inl.h"
#include "../kernels/losses.inl.h"
#include "../kernels/regression.inl.h"
#include "../kernels/assembly.inl.h"
#include "../kernels/parameters.inl.h"
#include "../kernels/optimizers.inl.h"
#include "../kernels/probe.inl.h"
#include "../kernels/pulse.inl.h"

constexpr KernelTable make_table(const char* name) {
#define CONVOY_NAME_FAMILY(Name, name) , k##Name##Kernels
  return {name CONVOY_FAMILIES(CONVOY_NAME_FAMILY)};
#undef CONVOY_NAME_FAMILY
}
