// What a target, one instruction set, offers to addon.cc: the kernels of each family, over descriptors that have been checked.
#pragma once

#include "families/activations.h"
#include "families/assembly.h"
#include "families/borders.h"
#include "families/channels.h"
#include "families/convolution-lanes.h"
#include "families/convolution.h"
#include "families/depthwise.h"
#include "families/joins.h"
#include "families/lanes.h"
#include "families/locally-connected.h"
#include "families/losses.h"
#include "families/normalization.h"
#include "families/optimizers.h"
#include "families/parameters.h"
#include "families/pooled-channels.h"
#include "families/pooling.h"
#include "families/probes.h"
#include "families/products.h"
#include "families/pulse.h"
#include "families/regression.h"
#include "families/softmax.h"
#include "families/winograd.h"

namespace convoy {

// Every family: what its sub-table's type and constant begin with, and its name in the table.
#define CONVOY_FAMILIES(FAMILY)               \
  FAMILY(Product, products)                   \
  FAMILY(Convolution, convolution)            \
  FAMILY(Depthwise, depthwise)                \
  FAMILY(LocallyConnected, locally_connected) \
  FAMILY(Lane, lanes)                         \
  FAMILY(LaneConvolution, lane_convolution)   \
  FAMILY(Winograd, winograd)                  \
  FAMILY(Pooling, pooling)                    \
  FAMILY(Border, borders)                     \
  FAMILY(Channel, channels)                   \
  FAMILY(PooledChannel, pooled_channels)      \
  FAMILY(Normalization, normalization)        \
  FAMILY(Activation, activations)             \
  FAMILY(Softmax, softmax)                    \
  FAMILY(Join, joins)                         \
  FAMILY(Loss, losses)                        \
  FAMILY(Regression, regression)              \
  FAMILY(Assembly, assembly)                  \
  FAMILY(Parameter, parameters)               \
  FAMILY(Optimizer, optimizers)               \
  FAMILY(Probe, probes)                       \
  FAMILY(Pulse, pulse)

struct KernelTable {
  const char* name;
#define CONVOY_DECLARE_FAMILY(Name, name) Name##Kernels name;
  CONVOY_FAMILIES(CONVOY_DECLARE_FAMILY)
#undef CONVOY_DECLARE_FAMILY
};

// Calls visit(family) for each of a table's families.
template <typename Visit>
void for_each_family(const KernelTable& table, Visit visit) {
#define CONVOY_VISIT_FAMILY(Name, name) visit(table.name);
  CONVOY_FAMILIES(CONVOY_VISIT_FAMILY)
#undef CONVOY_VISIT_FAMILY
}

// The table of that name, or null if it was not compiled or the processor lacks its instructions.
const KernelTable* find_table(const char* name);
constexpr int kMaxTargets = 4;
// Writes the names of the tables that this processor can run, the fastest first, and returns how many.
int list_supported(const char** names);

}  // namespace convoy
