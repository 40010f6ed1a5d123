#pragma once

#include <cstdint>

namespace convoy {

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

}  // namespace convoy
