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
#include "families/pooling.h"
#include "families/probes.h"
#include "families/products.h"
#include "families/regression.h"
#include "families/softmax.h"
#include "families/winograd.h"

namespace convoy {

struct KernelTable {
  const char* name;

  ProductKernels products;
  ConvolutionKernels convolution;
  DepthwiseKernels depthwise;
  LocallyConnectedKernels locally_connected;
  LaneKernels lanes;
  LaneConvolutionKernels lane_convolution;
  WinogradKernels winograd;
  PoolingKernels pooling;
  BorderKernels borders;
  ChannelKernels channels;
  NormalizationKernels normalization;
  ActivationKernels activations;
  SoftmaxKernels softmax;
  JoinKernels joins;
  LossKernels losses;
  RegressionKernels regression;
  AssemblyKernels assembly;
  ParameterKernels parameters;
  OptimizerKernels optimizers;
  ProbeKernels probes;
};

// The table of that name, or null if it was not compiled or the processor lacks its instructions.
const KernelTable* find_table(const char* name);
constexpr int kMaxTargets = 4;
// Writes the names of the tables that this processor can run, the fastest first, and returns how many.
int list_supported(const char** names);

}  // namespace convoy
