// All kernels, in the order of their dependencies. A target includes this inside its own namespace, after its vectors.
#include "../kernels/rows.inl.h"
#include "../kernels/elements.inl.h"
#include "../kernels/tile.inl.h"
#include "../kernels/matmul.inl.h"
#include "../kernels/im2row.inl.h"
#include "../kernels/convolution.inl.h"
#include "../kernels/lanes.inl.h"
#include "../kernels/convolution-lanes.inl.h"
#include "../kernels/convolution-lanes-gradient.inl.h"
#include "../kernels/winograd-filters.inl.h"
#include "../kernels/winograd.inl.h"
#include "../kernels/winograd-gradient.inl.h"
#include "../kernels/pooling.inl.h"
#include "../kernels/trainable-pooling.inl.h"
#include "../kernels/channels.inl.h"
#include "../kernels/channel-statistics.inl.h"
#include "../kernels/exponential.inl.h"
#include "../kernels/normal.inl.h"
#include "../kernels/philox.inl.h"
#include "../kernels/activations.inl.h"
#include "../kernels/joins.inl.h"
#include "../kernels/losses.inl.h"
#include "../kernels/assemble.inl.h"
#include "../kernels/augment.inl.h"
#include "../kernels/parameters.inl.h"
#include "../kernels/optimizers.inl.h"
#include "../kernels/probe.inl.h"

constexpr KernelTable make_table(const char* name) {
  return KernelTable{
      name,
      kActivationKernels,
      kParameterKernels,
      kOptimizerKernels,
      convolution_scratch_floats,
      matmul_scratch_floats,
      channel_scratch_floats,
      pack,
      pack_transposed,
      matmul,
      convolution_forward,
      convolution_input_gradient,
      convolution_kernel_gradient,
      sum_rows,
      convolution_forward_lanes,
      convolution_input_gradient_lanes,
      convolution_kernel_gradient_lanes,
      {make_winograd<Filter2x3>(), make_winograd<Filter4x3>(), make_winograd<Filter2x5>()},
      sum_channel_lanes,
      clear_lanes,
      assemble_lanes,
      gather_lanes,
      scatter_lanes,
      max_pooling_forward,
      max_pooling_backward,
      average_pooling_forward,
      average_pooling_backward,
      trainable_pooling_forward,
      trainable_pooling_backward,
      channel_moments,
      scale_channels,
      channel_gradient_sums,
      combine_channels,
      normalization_coefficients,
      normalization_gradient_coefficients,
      add_elements,
      copy_columns,
      softmax_cross_entropy,
      squared_error,
      sum_pixels,
      assemble_images,
      assemble_augmented_images,
      assemble_augmented_lanes,
      probe_peak,
      probe_stream,
  };
}
