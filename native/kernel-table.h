// What a target (one instruction set) offers to addon.cc: a table of functions over plain pointers. The meaning of every
// function stands in src/kernels/interface; sizes have been checked before a call.
#pragma once

#include <cstddef>
#include <cstdint>

namespace convoy {

// Columns of one packed panel. Kept equal for all targets, so that packed memory can be booked without knowing the target.
constexpr int kPanelColumns = 32;

// A window that slides over n×h×w×c images; the same fields, in the same order, as WindowGeometry in geometry.ts.
struct Geometry {
  int32_t input_height, input_width, input_channels;
  int32_t kernel_height, kernel_width;
  int32_t stride_y, stride_x;
  int32_t pad_top, pad_left;
  int32_t output_height, output_width, output_channels;
  // Equal parts of the channels, each convolved by itself; 1 but for grouped convolution.
  int32_t groups;

  long input_floats() const { return long(input_height) * input_width * input_channels; }
  long positions() const { return long(output_height) * output_width; }
  long output_floats() const { return positions() * output_channels; }
  long group_inputs() const { return input_channels / groups; }
  long group_outputs() const { return output_channels / groups; }
  // H·W·cIn of one group: the rows of its kernel matrix F, and the length of one row of its phi(X).
  long kernel_rows() const { return long(kernel_height) * kernel_width * group_inputs(); }
};

// A run [first, first + count) of images, rows, panels or elements.
struct Range {
  long first, count;
};

// An image of the data set, and what is seen beside it: its mirror image, or black.
struct ImageFrame {
  long height, width, channels;
  bool reflect;

  long floats() const { return height * width * channels; }
};

// How one image is shifted, mirrored and cut: so many int32_t, augment.inl.h.
constexpr long kTransformWords = 6;

// Where a run of columns begins in a matrix with rows of so many floats.
struct ColumnRun {
  long width, first;
};

struct SgdSettings {
  float rate, momentum, weight_decay;
  bool nesterov;
};

struct PhiloxKey {
  uint32_t low, high;
};

struct DropoutSettings {
  double rate;
  PhiloxKey key;
  uint32_t epoch;
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

// Floats that probe_peak works on; at least what its chains fill on any target.
constexpr int kProbeFloats = 512;

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

  void (*relu_forward)(const float* x, float* y, Range elements);
  void (*relu_backward)(const float* y, const float* dy, float* dx, Range elements);
  void (*sigmoid_forward)(const float* x, float* y, Range elements);
  void (*sigmoid_backward)(const float* y, const float* dy, float* dx, Range elements);
  void (*tanh_forward)(const float* x, float* y, Range elements);
  void (*tanh_backward)(const float* y, const float* dy, float* dx, Range elements);
  void (*leaky_relu_forward)(const float* x, float* y, float slope, Range elements);
  void (*leaky_relu_backward)(const float* y, const float* dy, float* dx, float slope, Range elements);
  void (*elu_forward)(const float* x, float* y, float alpha, Range elements);
  void (*elu_backward)(const float* y, const float* dy, float* dx, float alpha, Range elements);
  void (*gelu_forward)(const float* x, float* y, Range elements);
  void (*gelu_backward)(const float* x, const float* dy, float* dx, Range elements);
  void (*gelu_tanh_forward)(const float* x, float* y, Range elements);
  void (*gelu_tanh_backward)(const float* x, const float* dy, float* dx, Range elements);
  void (*prelu_forward)(long channels, const float* x, const float* slope, float* y, float* scratch, Range rows);
  void (*prelu_backward)(long channels, const float* x, const float* dy, const float* slope, float* dx, float* d_slope,
                         float* scratch, Range rows);
  void (*dropout)(const float* x, float* y, const DropoutSettings&, const int32_t* sample_ids, long floats_per_image,
                  Range images);

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
  void (*reduce_partials)(const float* partials, long count, long stride, float* out, Range elements);
  bool (*sgd_update)(float* w, const float* g, float* v, const SgdSettings&, Range elements);
  float (*measure_change)(const float* w, float* previous, Range elements);
  void (*average_weights)(float* w, float* slow, float share, Range elements);

  void (*draw_normal)(float* values, double deviation, PhiloxKey, Range elements);
  void (*draw_uniform)(float* values, double reach, PhiloxKey, Range elements);

  long (*probe_peak)(long rounds, float* ends);
  void (*probe_stream)(float* a, const float* b, const float* c, Range elements);
};

// The table of that name, or null if it was not compiled or the processor lacks its instructions.
const KernelTable* find_table(const char* name);
constexpr int kMaxTargets = 4;
// Writes the names of the tables that this processor can run, the fastest first, and returns how many.
int list_supported(const char** names);

}  // namespace convoy
