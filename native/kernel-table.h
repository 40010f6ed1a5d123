// What a target (one instruction set) offers to addon.cc: a table of functions over plain pointers. The meaning of every
// function stands in src/kernels/interface; sizes have been checked before a call.
#pragma once

#include <cstddef>
#include <cstdint>

#include "constants.h"
#include "families/activations.h"
#include "families/optimizers.h"
#include "families/parameters.h"
#include "family.h"
#include "geometry.h"
#include "philox-key.h"

namespace convoy {

// An image of the data set, and what is seen beside it: its mirror image, or black.
struct ImageFrame {
  long height, width, channels;
  bool reflect;

  long floats() const { return height * width * channels; }
};

// Where a run of columns begins in a matrix with rows of so many floats.
struct ColumnRun {
  long width, first;
};

// What the parts of a mini-batch leave of a channel's sums: of each part `lanes` numbers a channel, parts×channels×lanes.
struct PartSums {
  long channels, lanes, parts;
  const int32_t* cuts;  // of each part its rows, and the lanes that hold an image
  const float* first;
  const float* second;
};

// Where a loss leaves its results; d_outputs may be null, then no gradient is written.
struct LossOutputs {
  float* d_outputs;
  float scale;
  float* loss;
  uint8_t* predicted;
  uint8_t* rank;
};

// Minimal filtering on groups of 16 images by F(outputs×outputs, kernel×kernel), winograd.inl.h.
enum WinogradFilter { kWinograd2x3, kWinograd4x3, kWinograd2x5, kWinogradFilters };

struct WinogradTable {
  long (*scratch_floats)(const Geometry&);
  void (*kernel)(const Geometry&, const float* f, float* u, Range inputs);
  void (*forward)(const Geometry&, const float* x, const float* u, const float* bias, float* y, float* scratch,
                           long images, Range rows);
  void (*input_gradient)(const Geometry&, const float* dy, const float* u, float* dx, float* scratch, long images,
                                  Range rows);
  void (*kernel_products)(const Geometry&, const float* x, const float* dy, float* du, float* scratch, long images,
                                   long part, long parts, Range panels);
  void (*kernel_gradient)(const Geometry&, const float* du, float* df, long parts, Range inputs);
};

struct KernelTable {
  const char* name;

  ActivationKernels activations;
  ParameterKernels parameters;
  OptimizerKernels optimizers;

  long (*convolution_scratch_floats)(const Geometry&);
  long (*matmul_scratch_floats)(long k);
  long (*channel_scratch_floats)(long channels);

  void (*pack)(long rows, long columns, const float* b, float* packed, Range panels);
  void (*pack_transposed)(long rows, long columns, const float* b, float* packed, Range panels);
  void (*matmul)(long m, long n, long k, const float* a, const float* packed, const float* bias, float* c,
                 float* scratch, Range panels);
  void (*convolution_forward)(const Geometry&, const float* x, const float* packed, const float* bias, float* y,
                              float* scratch, Range images);
  void (*convolution_input_gradient)(const Geometry&, const float* dy, const float* packed, float* dx, float* scratch,
                                     Range images);
  void (*convolution_kernel_gradient)(const Geometry&, const float* x, const float* dy, float* df, float* scratch,
                                      Range images, Range rows);
  void (*sum_rows)(long channels, const float* x, float* sums, float* scratch, Range rows);

  // Groups of 16 images, lanes.inl.h; one group, where no groups are named.
  void (*convolution_forward_lanes)(const Geometry&, const float* x, const float* f, const float* bias, float* y, long images,
                                    Range rows);
  void (*convolution_input_gradient_lanes)(const Geometry&, const float* dy, const float* f, float* dx, long images, Range rows);
  void (*convolution_kernel_gradient_lanes)(const Geometry&, const float* x, const float* dy, float* df, Range groups,
                                            long images, Range rows, Range kernel_rows);

  // In the order of WinogradFilter.
  WinogradTable winograd[kWinogradFilters];

  void (*sum_channel_lanes)(long channels, const float* x, float* sums);
  void (*clear_lanes)(float* x, long images, Range elements);
  void (*assemble_lanes)(const uint8_t* pixels, const int32_t* sample_ids, const float* mean, const float* scale, float* x,
                         long floats_per_image, Range images, Range elements);
  void (*gather_lanes)(const float* lanes, float* images, long floats_per_image, long count);
  void (*scatter_lanes)(const float* images, float* lanes, long floats_per_image, long count);

  void (*max_pooling_forward)(const Geometry&, const float* x, float* y, Range images);
  void (*max_pooling_backward)(const Geometry&, const float* x, const float* y, const float* dy, float* dx, Range images);
  void (*average_pooling_forward)(const Geometry&, const float* x, float* y, bool count_padding, Range images);
  void (*average_pooling_backward)(const Geometry&, const float* dy, float* dx, bool count_padding, Range images);
  void (*trainable_pooling_forward)(const Geometry&, const float* x, const float* scale, const float* bias, float* y,
                                    long divisor, Range images);
  void (*trainable_pooling_backward)(const Geometry&, const float* x, const float* dy, const float* scale, float* dx,
                                     float* d_scale, float* d_bias, long divisor, Range images);

  void (*channel_moments)(long channels, const float* x, float* mean, float* squares, float* scratch, Range rows);
  void (*scale_channels)(long channels, const float* x, const float* scale, const float* shift, float* y, float* scratch,
                         Range rows);
  void (*channel_gradient_sums)(long channels, const float* x, const float* dy, const float* mean, float* sums,
                                float* products, float* scratch, Range rows);
  void (*combine_channels)(long channels, const float* x, const float* dy, const float* a, const float* b, const float* d,
                           float* dx, float* scratch, Range rows);
  void (*normalization_coefficients)(const PartSums&, const float* scale, const float* shift, double epsilon, float* statistics,
                                     float* mean, float* a, float* d);
  void (*normalization_gradient_coefficients)(const PartSums&, const float* scale, const float* statistics, float* a, float* b,
                                              float* d, float* d_scale, float* d_shift);

  void (*add_elements)(const float* a, const float* b, float* sum, Range elements);
  void (*copy_columns)(long columns, const float* x, ColumnRun from, float* y, ColumnRun to, Range rows);

  void (*softmax_cross_entropy)(long classes, const float* logits, const uint8_t* labels, double smoothing,
                                const LossOutputs&, Range images);
  void (*squared_error)(long classes, const float* outputs, const uint8_t* labels, const LossOutputs&, Range images);

  void (*sum_pixels)(const uint8_t* pixels, const int32_t* sample_ids, int32_t* sums, int32_t* squares, long floats_per_image,
                     Range images);
  void (*assemble_images)(const uint8_t* pixels, const int32_t* sample_ids, const float* mean, const float* scale, float* x,
                          long floats_per_image, Range images);
  void (*assemble_augmented_images)(const uint8_t* pixels, const int32_t* sample_ids, const int32_t* transforms,
                                    const float* mean, const float* scale, float* x, const ImageFrame&, Range images);
  void (*assemble_augmented_lanes)(const uint8_t* pixels, const int32_t* sample_ids, const int32_t* transforms,
                                   const float* mean, const float* scale, float* x, const ImageFrame&, Range images,
                                   Range rows);
  long (*probe_peak)(long rounds, float* ends);
  void (*probe_stream)(float* a, const float* b, const float* c, Range elements);
};

// The table of that name, or null if it was not compiled or the processor lacks its instructions.
const KernelTable* find_table(const char* name);
constexpr int kMaxTargets = 4;
// Writes the names of the tables that this processor can run, the fastest first, and returns how many.
int list_supported(const char** names);

}  // namespace convoy
