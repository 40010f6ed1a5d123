#pragma once

#include <cstdint>

#include "sizes.h"

namespace convoy {

// A window that slides over n×h×w×c images; the same fields, in the same order, as WindowGeometry in geometry.ts.
struct Geometry {
  int32_t input_height, input_width, input_channels;
  int32_t kernel_height, kernel_width;
  int32_t stride_y, stride_x;
  // From one of the window's elements to the next; 1 but for dilated convolution.
  int32_t dilation_y, dilation_x;
  int32_t pad_top, pad_left;
  int32_t output_height, output_width, output_channels;
  // Equal parts of the channels, each convolved by itself; 1 but for grouped convolution.
  int32_t groups;

  long input_floats() const { return long(input_height) * input_width * input_channels; }
  long positions() const { return long(output_height) * output_width; }
  long output_floats() const { return positions() * output_channels; }
  bool is_dilated() const { return dilation_y > 1 || dilation_x > 1; }
  long group_inputs() const { return input_channels / groups; }
  long group_outputs() const { return output_channels / groups; }
  // H·W·cIn of one group: the rows of its kernel matrix F, and the length of one row of its phi(X).
  long kernel_rows() const { return long(kernel_height) * kernel_width * group_inputs(); }

  // Whether offsets into its maps can be computed, of all lanes of a bundle and in all planes of transforms, without a thought of overflow:
  // into the input with all around it that windows reach, into the output and into the kernel. No memory holds 2^48 floats.
  bool is_addressable() const {
    constexpr long kMostFloats = 1L << 48;
    const long rows = reach(input_height, pad_top, output_height, stride_y, long(kernel_height - 1) * dilation_y + 1);
    const long columns = reach(input_width, pad_left, output_width, stride_x, long(kernel_width - 1) * dilation_x + 1);
    return product(rows, columns, input_channels) <= kMostFloats && product(output_height, output_width, output_channels) <= kMostFloats &&
           product(kernel_height, kernel_width, group_inputs(), output_channels) <= kMostFloats;
  }

  // Whether no window, which has no gaps, lies in the padding altogether. Windows follow each other, so the first and the last tell.
  bool windows_reach_inside() const {
    return pad_top < kernel_height && pad_left < kernel_width && long(output_height - 1) * stride_y - pad_top < input_height &&
           long(output_width - 1) * stride_x - pad_left < input_width;
  }

 private:
  // Of one axis: how far the padded input goes, or the windows and the step behind the last if they go farther.
  static long reach(long input, long pad, long output, long stride, long window) {
    const long padded = pad + input, windows = output * stride + window;
    return padded > windows ? padded : windows;
  }
};

}  // namespace convoy
