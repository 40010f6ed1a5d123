// What JavaScript sees of the kernels: each function here checks its arguments and calls one. With call.h the only code that knows of
// Node-API. The JavaScript side is src/kernels/native.ts, whose types document the order of the arguments.
#include <node_api.h>

#include "call.h"
#include "kernel-table.h"

namespace convoy {
namespace {

size_t end(Range range) { return size_t(range.first + range.count); }

// Panels of a packed matrix with that many columns.
long count_panels(long columns) { return (columns + kPanelColumns - 1) / kPanelColumns; }
size_t packed_floats(long rows, long columns) { return size_t(rows) * count_panels(columns) * kPanelColumns; }

napi_value convolution_scratch_floats(Call& call) {
  const Geometry g = call.geometry();
  return call.ok ? call.give(call.kernels->convolution_scratch_floats(g)) : nullptr;
}

napi_value matmul_scratch_floats(Call& call) {
  const long k = call.integer();
  return call.ok ? call.give(call.kernels->matmul_scratch_floats(k)) : nullptr;
}

napi_value channel_scratch_floats(Call& call) {
  const long channels = call.integer(1);
  return call.ok ? call.give(call.kernels->channel_scratch_floats(channels)) : nullptr;
}

template <void (*KernelTable::*kernel)(long, long, const float*, float*, Range), bool transposed>
napi_value pack(Call& call) {
  const long rows = call.integer(1), columns = call.integer(1);
  const auto b = call.floats(), packed = call.floats();
  const Range panels = call.range();
  call.holds(b, size_t(rows) * columns);
  call.holds(packed, transposed ? packed_floats(columns, rows) : packed_floats(rows, columns));
  call.expect(end(panels) <= size_t(count_panels(transposed ? rows : columns)), "panels of the matrix");
  if (call.ok) (call.kernels->*kernel)(rows, columns, b.data, packed.data, panels);
  return nullptr;
}

napi_value matmul(Call& call) {
  const long m = call.integer(), n = call.integer(1), k = call.integer(1);
  const auto a = call.floats(), packed = call.floats(), bias = call.floats_or_null(), c = call.floats(), scratch = call.floats();
  const Range panels = call.range();
  if (!call.ok) return nullptr;
  call.holds(a, size_t(m) * k);
  call.holds(packed, packed_floats(k, n));
  if (bias.data) call.holds(bias, n);
  call.holds(c, size_t(m) * n);
  call.holds(scratch, call.kernels->matmul_scratch_floats(k));
  call.expect(end(panels) <= size_t(count_panels(n)), "panels of the matrix");
  if (call.ok) call.kernels->matmul(m, n, k, a.data, packed.data, bias.data, c.data, scratch.data, panels);
  return nullptr;
}

napi_value convolution_forward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), packed = call.floats(), bias = call.floats_or_null(), y = call.floats(), scratch = call.floats();
  const Range images = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(packed, g.groups * packed_floats(g.kernel_rows(), g.group_outputs()));
  if (bias.data) call.holds(bias, g.output_channels);
  call.holds(y, end(images) * g.output_floats());
  call.holds(scratch, call.kernels->convolution_scratch_floats(g));
  if (call.ok) call.kernels->convolution_forward(g, x.data, packed.data, bias.data, y.data, scratch.data, images);
  return nullptr;
}

napi_value convolution_input_gradient(Call& call) {
  const Geometry g = call.geometry();
  const auto dy = call.floats(), packed = call.floats(), dx = call.floats(), scratch = call.floats();
  const Range images = call.range();
  if (!call.ok) return nullptr;
  call.holds(dy, end(images) * g.output_floats());
  call.holds(packed, g.groups * packed_floats(g.group_outputs(), g.kernel_rows()));
  call.holds(dx, end(images) * g.input_floats());
  call.holds(scratch, call.kernels->convolution_scratch_floats(g));
  if (call.ok) call.kernels->convolution_input_gradient(g, dy.data, packed.data, dx.data, scratch.data, images);
  return nullptr;
}

napi_value convolution_kernel_gradient(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), dy = call.floats(), df = call.floats(), scratch = call.floats();
  const Range images = call.range(), rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(dy, end(images) * g.output_floats());
  call.holds(df, end(rows) * g.group_outputs());
  call.holds(scratch, call.kernels->convolution_scratch_floats(g));
  call.expect(end(rows) <= size_t(g.groups * g.kernel_rows()), "rows of the kernel matrix");
  if (call.ok) call.kernels->convolution_kernel_gradient(g, x.data, dy.data, df.data, scratch.data, images, rows);
  return nullptr;
}

napi_value sum_rows(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), sums = call.floats(), scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(sums, channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) call.kernels->sum_rows(channels, x.data, sums.data, scratch.data, rows);
  return nullptr;
}

// Groups of 16 images (see kernels/lanes.inl.h): the floats of `groups` of them.
constexpr long kGroupImages = 16;
size_t group_floats(size_t groups, size_t floats_per_image) { return groups * floats_per_image * kGroupImages; }

bool is_ungrouped(Call& call, const Geometry& g) { return call.expect(g.groups == 1, "a geometry of one group"); }

// Images of a group, of so many in the mini-batch.
long images_of(Call& call, long group, long images) {
  call.expect(group * kGroupImages < images, "a group of the mini-batch's");
  const long left = images - group * kGroupImages;
  return left < kGroupImages ? left : kGroupImages;
}

napi_value convolution_forward_lanes(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), f = call.floats(), bias = call.floats_or_null(), y = call.floats();
  const long group = call.integer(), images = images_of(call, group, call.integer());
  const Range rows = call.range();
  if (!call.ok || !is_ungrouped(call, g)) return nullptr;
  call.holds(x, group_floats(group + 1, g.input_floats()));
  call.holds(f, size_t(g.kernel_rows()) * g.output_channels);
  if (bias.data) call.holds(bias, g.output_channels);
  call.holds(y, group_floats(group + 1, g.output_floats()));
  call.expect(end(rows) <= size_t(g.output_height), "rows of the output");
  if (call.ok) {
    call.kernels->convolution_forward_lanes(g, x.data + group_floats(group, g.input_floats()), f.data, bias.data,
                                            y.data + group_floats(group, g.output_floats()), images, rows);
  }
  return nullptr;
}

napi_value convolution_input_gradient_lanes(Call& call) {
  const Geometry g = call.geometry();
  const auto dy = call.floats(), f = call.floats(), dx = call.floats();
  const long group = call.integer(), images = images_of(call, group, call.integer());
  const Range rows = call.range();
  if (!call.ok || !is_ungrouped(call, g)) return nullptr;
  call.holds(dy, group_floats(group + 1, g.output_floats()));
  call.holds(f, size_t(g.kernel_rows()) * g.output_channels);
  call.holds(dx, group_floats(group + 1, g.input_floats()));
  call.expect(end(rows) <= size_t(g.input_height), "rows of the input");
  if (call.ok) {
    call.kernels->convolution_input_gradient_lanes(g, dy.data + group_floats(group, g.output_floats()), f.data,
                                                   dx.data + group_floats(group, g.input_floats()), images, rows);
  }
  return nullptr;
}

napi_value convolution_kernel_gradient_lanes(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), dy = call.floats(), df = call.floats();
  const Range groups = call.range();
  const long images = images_of(call, groups.first + groups.count - 1, call.integer());
  const Range rows = call.range(), kernel_rows = call.range();
  if (!call.ok || !is_ungrouped(call, g)) return nullptr;
  call.holds(x, group_floats(end(groups), g.input_floats()));
  call.holds(dy, group_floats(end(groups), g.output_floats()));
  call.holds(df, end(kernel_rows) * g.output_channels);
  call.expect(end(rows) <= size_t(g.output_height), "rows of the output");
  call.expect(end(kernel_rows) <= size_t(g.kernel_rows()), "rows of the kernel matrix");
  if (call.ok) call.kernels->convolution_kernel_gradient_lanes(g, x.data, dy.data, df.data, groups, images, rows, kernel_rows);
  return nullptr;
}

// Geometries that winograd.inl.h is for, and its sizes; the same as in src/kernels/winograd.ts.
constexpr long kWinogradPoints = 16, kWinogradPanel = 32;
long winograd_panels(const Geometry& g) { return (g.output_channels + kWinogradPanel - 1) / kWinogradPanel; }
size_t winograd_kernel_floats(const Geometry& g) { return size_t(kWinogradPoints) * g.input_channels * g.output_channels; }
size_t winograd_gradient_floats(const Geometry& g, long parts) {
  return size_t(parts) * winograd_panels(g) * kWinogradPoints * g.input_channels * kWinogradPanel;
}

bool is_minimal(Call& call, const Geometry& g) {
  const bool fits = g.groups == 1 && g.kernel_height == 3 && g.kernel_width == 3 && g.stride_y == 1 && g.stride_x == 1 &&
                    g.pad_top <= 2 && g.pad_left <= 2;
  return call.ok && call.expect(fits, "a 3×3 kernel with stride 1, at most 2 of padding and one group");
}

napi_value winograd_scratch_floats(Call& call) {
  const Geometry g = call.geometry();
  return is_minimal(call, g) ? call.give(call.kernels->winograd_scratch_floats(g)) : nullptr;
}

napi_value winograd_kernel(Call& call) {
  const Geometry g = call.geometry();
  const auto f = call.floats(), u = call.floats();
  const Range inputs = call.range();
  if (!is_minimal(call, g)) return nullptr;
  call.holds(f, size_t(g.kernel_rows()) * g.output_channels);
  call.holds(u, winograd_kernel_floats(g));
  call.expect(end(inputs) <= size_t(g.input_channels), "input channels of the kernel");
  if (call.ok) call.kernels->winograd_kernel(g, f.data, u.data, inputs);
  return nullptr;
}

napi_value winograd_forward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), u = call.floats(), bias = call.floats_or_null(), y = call.floats(), scratch = call.floats();
  const long group = call.integer(), images = images_of(call, group, call.integer());
  const Range rows = call.range();
  if (!is_minimal(call, g)) return nullptr;
  call.holds(x, group_floats(group + 1, g.input_floats()));
  call.holds(u, winograd_kernel_floats(g));
  if (bias.data) call.holds(bias, g.output_channels);
  call.holds(y, group_floats(group + 1, g.output_floats()));
  call.holds(scratch, call.kernels->winograd_scratch_floats(g));
  call.expect(end(rows) <= size_t(g.output_height), "rows of the output");
  if (call.ok) {
    call.kernels->winograd_forward(g, x.data + group_floats(group, g.input_floats()), u.data, bias.data,
                                   y.data + group_floats(group, g.output_floats()), scratch.data, images, rows);
  }
  return nullptr;
}

napi_value winograd_input_gradient(Call& call) {
  const Geometry g = call.geometry();
  const auto dy = call.floats(), u = call.floats(), dx = call.floats(), scratch = call.floats();
  const long group = call.integer(), images = images_of(call, group, call.integer());
  const Range rows = call.range();
  if (!is_minimal(call, g)) return nullptr;
  call.holds(dy, group_floats(group + 1, g.output_floats()));
  call.holds(u, winograd_kernel_floats(g));
  call.holds(dx, group_floats(group + 1, g.input_floats()));
  call.holds(scratch, call.kernels->winograd_scratch_floats(g));
  call.expect(end(rows) <= size_t(g.input_height), "rows of the input");
  if (call.ok) {
    call.kernels->winograd_input_gradient(g, dy.data + group_floats(group, g.output_floats()), u.data,
                                          dx.data + group_floats(group, g.input_floats()), scratch.data, images, rows);
  }
  return nullptr;
}

napi_value winograd_kernel_products(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), dy = call.floats(), du = call.floats(), scratch = call.floats();
  const long images = call.integer(), part = call.integer(), parts = call.integer(1), panel = call.integer();
  if (!is_minimal(call, g)) return nullptr;
  const size_t groups = (size_t(images) + kGroupImages - 1) / kGroupImages;
  call.holds(x, group_floats(groups, g.input_floats()));
  call.holds(dy, group_floats(groups, g.output_floats()));
  call.holds(du, winograd_gradient_floats(g, parts));
  call.holds(scratch, call.kernels->winograd_scratch_floats(g));
  call.expect(part < parts, "one of the parts");
  call.expect(panel < winograd_panels(g), "a panel of the output channels");
  if (call.ok) call.kernels->winograd_kernel_products(g, x.data, dy.data, du.data, scratch.data, images, part, parts, panel);
  return nullptr;
}

napi_value winograd_kernel_gradient(Call& call) {
  const Geometry g = call.geometry();
  const auto du = call.floats(), df = call.floats();
  const long parts = call.integer(1);
  const Range inputs = call.range();
  if (!is_minimal(call, g)) return nullptr;
  call.holds(du, winograd_gradient_floats(g, parts));
  call.holds(df, size_t(g.kernel_rows()) * g.output_channels);
  call.expect(end(inputs) <= size_t(g.input_channels), "input channels of the kernel");
  if (call.ok) call.kernels->winograd_kernel_gradient(g, du.data, df.data, parts, inputs);
  return nullptr;
}

napi_value sum_channel_lanes(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), sums = call.floats();
  call.holds(x, group_floats(1, channels));
  call.holds(sums, channels);
  if (call.ok) call.kernels->sum_channel_lanes(channels, x.data, sums.data);
  return nullptr;
}

napi_value clear_lanes(Call& call) {
  const auto x = call.floats();
  const long images = call.integer();
  const Range elements = call.range();
  call.expect(images <= kGroupImages, "at most 16 images");
  call.holds(x, group_floats(1, end(elements)));
  if (call.ok) call.kernels->clear_lanes(x.data, images, elements);
  return nullptr;
}

// The images that one group holds must be samples of the data.
bool holds_samples(Call& call, const Call::Array<int32_t>& sample_ids, Range images, long samples) {
  if (!call.holds(sample_ids, end(images))) return false;
  for (long i = images.first; call.ok && i < images.first + images.count; i++) {
    call.expect(sample_ids.data[i] >= 0 && sample_ids.data[i] < samples, "sample ids inside the data");
  }
  return call.ok;
}

napi_value assemble_lanes(Call& call) {
  const auto pixels = call.bytes();
  const auto sample_ids = call.integers();
  const auto mean = call.floats(), scale = call.floats(), x = call.floats();
  const long floats_per_image = call.integer(1), group = call.integer(), images = call.integer();
  const Range elements = call.range();
  call.expect(images <= kGroupImages, "at most 16 images");
  call.expect(end(elements) <= size_t(floats_per_image), "elements of an image");
  call.holds(mean, floats_per_image);
  call.holds(scale, floats_per_image);
  call.holds(x, group_floats(group + 1, floats_per_image));
  const Range range{group * kGroupImages, images};
  if (call.ok && holds_samples(call, sample_ids, range, long(pixels.length) / floats_per_image)) {
    call.kernels->assemble_lanes(pixels.data, sample_ids.data, mean.data, scale.data,
                                 x.data + group_floats(group, floats_per_image), floats_per_image, range, elements);
  }
  return nullptr;
}

// Both ways: from groups to images one after another, and back.
template <void (*KernelTable::*kernel)(const float*, float*, long, long), bool from_lanes>
napi_value move_lanes(Call& call) {
  const auto from = call.floats(), to = call.floats();
  const long floats_per_image = call.integer(1), group = call.integer(), images = call.integer();
  call.expect(images <= kGroupImages, "at most 16 images");
  call.holds(from_lanes ? from : to, group_floats(group + 1, floats_per_image));
  call.holds(from_lanes ? to : from, size_t(group * kGroupImages + images) * floats_per_image);
  const size_t offset = group_floats(group, floats_per_image);
  if (call.ok) (call.kernels->*kernel)(from.data + offset, to.data + offset, floats_per_image, images);
  return nullptr;
}

bool is_pooling(Call& call, const Geometry& g) {
  return is_ungrouped(call, g) && call.expect(g.input_channels == g.output_channels, "a pooling geometry with as many channels out as in");
}

napi_value max_pooling_forward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), y = call.floats();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(y, end(images) * g.output_floats());
  if (call.ok) call.kernels->max_pooling_forward(g, x.data, y.data, images);
  return nullptr;
}

napi_value max_pooling_backward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), y = call.floats(), dy = call.floats(), dx = call.floats();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(y, end(images) * g.output_floats());
  call.holds(dy, end(images) * g.output_floats());
  call.holds(dx, end(images) * g.input_floats());
  if (call.ok) call.kernels->max_pooling_backward(g, x.data, y.data, dy.data, dx.data, images);
  return nullptr;
}

napi_value average_pooling_forward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), y = call.floats();
  const bool count_padding = call.boolean();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(y, end(images) * g.output_floats());
  if (call.ok) call.kernels->average_pooling_forward(g, x.data, y.data, count_padding, images);
  return nullptr;
}

napi_value average_pooling_backward(Call& call) {
  const Geometry g = call.geometry();
  const auto dy = call.floats(), dx = call.floats();
  const bool count_padding = call.boolean();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(dy, end(images) * g.output_floats());
  call.holds(dx, end(images) * g.input_floats());
  if (call.ok) call.kernels->average_pooling_backward(g, dy.data, dx.data, count_padding, images);
  return nullptr;
}

napi_value trainable_pooling_forward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), scale = call.floats(), bias = call.floats(), y = call.floats();
  const long divisor = call.integer();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(scale, g.input_channels);
  call.holds(bias, g.input_channels);
  call.holds(y, end(images) * g.output_floats());
  if (call.ok) call.kernels->trainable_pooling_forward(g, x.data, scale.data, bias.data, y.data, divisor, images);
  return nullptr;
}

napi_value trainable_pooling_backward(Call& call) {
  const Geometry g = call.geometry();
  const auto x = call.floats(), dy = call.floats(), scale = call.floats(), dx = call.floats_or_null();
  const auto d_scale = call.floats(), d_bias = call.floats();
  const long divisor = call.integer();
  const Range images = call.range();
  if (!call.ok || !is_pooling(call, g)) return nullptr;
  call.holds(x, end(images) * g.input_floats());
  call.holds(dy, end(images) * g.output_floats());
  call.holds(scale, g.input_channels);
  if (dx.data) call.holds(dx, end(images) * g.input_floats());
  call.holds(d_scale, g.input_channels);
  call.holds(d_bias, g.input_channels);
  if (call.ok) {
    call.kernels->trainable_pooling_backward(g, x.data, dy.data, scale.data, dx.data, d_scale.data, d_bias.data, divisor, images);
  }
  return nullptr;
}

napi_value channel_moments(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), mean = call.floats(), squares = call.floats(), scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(mean, channels);
  call.holds(squares, channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) call.kernels->channel_moments(channels, x.data, mean.data, squares.data, scratch.data, rows);
  return nullptr;
}

napi_value scale_channels(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), scale = call.floats(), shift = call.floats(), y = call.floats(), scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(scale, channels);
  call.holds(shift, channels);
  call.holds(y, end(rows) * channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) call.kernels->scale_channels(channels, x.data, scale.data, shift.data, y.data, scratch.data, rows);
  return nullptr;
}

napi_value channel_gradient_sums(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), dy = call.floats(), mean = call.floats(), sums = call.floats(), products = call.floats();
  const auto scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(dy, end(rows) * channels);
  call.holds(mean, channels);
  call.holds(sums, channels);
  call.holds(products, channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) {
    call.kernels->channel_gradient_sums(channels, x.data, dy.data, mean.data, sums.data, products.data, scratch.data, rows);
  }
  return nullptr;
}

napi_value combine_channels(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), dy = call.floats(), a = call.floats(), b = call.floats(), d = call.floats(), dx = call.floats();
  const auto scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(dy, end(rows) * channels);
  call.holds(a, channels);
  call.holds(b, channels);
  call.holds(d, channels);
  call.holds(dx, end(rows) * channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) call.kernels->combine_channels(channels, x.data, dy.data, a.data, b.data, d.data, dx.data, scratch.data, rows);
  return nullptr;
}

template <void (*KernelTable::*kernel)(const float*, float*, Range)>
napi_value activation_forward(Call& call) {
  const auto x = call.floats(), y = call.floats();
  const Range elements = call.range();
  call.holds(x, end(elements));
  call.holds(y, end(elements));
  if (call.ok) (call.kernels->*kernel)(x.data, y.data, elements);
  return nullptr;
}

template <void (*KernelTable::*kernel)(const float*, const float*, float*, Range)>
napi_value activation_backward(Call& call) {
  const auto y = call.floats(), dy = call.floats(), dx = call.floats();
  const Range elements = call.range();
  call.holds(y, end(elements));
  call.holds(dy, end(elements));
  call.holds(dx, end(elements));
  if (call.ok) (call.kernels->*kernel)(y.data, dy.data, dx.data, elements);
  return nullptr;
}

// With one number beside the arrays: a slope, or ELU's alpha.
template <void (*KernelTable::*kernel)(const float*, float*, float, Range)>
napi_value shaped_activation_forward(Call& call) {
  const auto x = call.floats(), y = call.floats();
  const float shape = float(call.number());
  const Range elements = call.range();
  call.holds(x, end(elements));
  call.holds(y, end(elements));
  if (call.ok) (call.kernels->*kernel)(x.data, y.data, shape, elements);
  return nullptr;
}

template <void (*KernelTable::*kernel)(const float*, const float*, float*, float, Range)>
napi_value shaped_activation_backward(Call& call) {
  const auto y = call.floats(), dy = call.floats(), dx = call.floats();
  const float shape = float(call.number());
  const Range elements = call.range();
  call.holds(y, end(elements));
  call.holds(dy, end(elements));
  call.holds(dx, end(elements));
  if (call.ok) (call.kernels->*kernel)(y.data, dy.data, dx.data, shape, elements);
  return nullptr;
}

napi_value prelu_forward(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), slope = call.floats(), y = call.floats(), scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(slope, channels);
  call.holds(y, end(rows) * channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) call.kernels->prelu_forward(channels, x.data, slope.data, y.data, scratch.data, rows);
  return nullptr;
}

napi_value prelu_backward(Call& call) {
  const long channels = call.integer(1);
  const auto x = call.floats(), dy = call.floats(), slope = call.floats(), dx = call.floats_or_null();
  const auto d_slope = call.floats(), scratch = call.floats();
  const Range rows = call.range();
  if (!call.ok) return nullptr;
  call.holds(x, end(rows) * channels);
  call.holds(dy, end(rows) * channels);
  call.holds(slope, channels);
  if (dx.data) call.holds(dx, end(rows) * channels);
  call.holds(d_slope, channels);
  call.holds(scratch, call.kernels->channel_scratch_floats(channels));
  if (call.ok) {
    call.kernels->prelu_backward(channels, x.data, dy.data, slope.data, dx.data, d_slope.data, scratch.data, rows);
  }
  return nullptr;
}

napi_value dropout(Call& call) {
  const auto x = call.floats(), y = call.floats();
  DropoutSettings settings{};
  settings.rate = call.number();
  settings.key = call.key();
  settings.epoch = uint32_t(call.integer());
  const auto sample_ids = call.integers();
  const long floats_per_image = call.integer(1);
  const Range images = call.range();
  call.expect(settings.rate >= 0 && settings.rate < 1, "a rate of at least 0 and below 1");
  call.holds(x, end(images) * floats_per_image);
  call.holds(y, end(images) * floats_per_image);
  call.holds(sample_ids, end(images));
  if (call.ok) call.kernels->dropout(x.data, y.data, settings, sample_ids.data, floats_per_image, images);
  return nullptr;
}

napi_value add_elements(Call& call) {
  const auto a = call.floats(), b = call.floats(), sum = call.floats();
  const Range elements = call.range();
  call.holds(a, end(elements));
  call.holds(b, end(elements));
  call.holds(sum, end(elements));
  if (call.ok) call.kernels->add_elements(a.data, b.data, sum.data, elements);
  return nullptr;
}

napi_value copy_columns(Call& call) {
  const long columns = call.integer();
  const auto x = call.floats();
  const ColumnRun from{call.integer(1), call.integer()};
  const auto y = call.floats();
  const ColumnRun to{call.integer(1), call.integer()};
  const Range rows = call.range();
  call.expect(from.first + columns <= from.width && to.first + columns <= to.width, "columns inside both matrices");
  call.holds(x, end(rows) * from.width);
  call.holds(y, end(rows) * to.width);
  if (call.ok) call.kernels->copy_columns(columns, x.data, from, y.data, to, rows);
  return nullptr;
}

// compute(classes, outputs, labels, where results go, images). `read_settings` reads what stands between the labels and the gradient.
template <typename ReadSettings, typename Compute>
napi_value loss(Call& call, const ReadSettings& read_settings, const Compute& compute) {
  constexpr long kMaxClasses = 256;
  const long classes = call.integer(1);
  call.expect(classes <= kMaxClasses, "at most 256 classes");
  const auto outputs = call.floats();
  const auto labels = call.bytes();
  read_settings();
  const auto d_outputs = call.floats_or_null();
  const float scale = float(call.number());
  const auto losses = call.floats();
  const auto predicted = call.bytes(), rank = call.bytes();
  const Range images = call.range();
  call.holds(outputs, end(images) * classes);
  call.holds(labels, end(images));
  if (d_outputs.data) call.holds(d_outputs, end(images) * classes);
  call.holds(losses, end(images));
  call.holds(predicted, end(images));
  call.holds(rank, end(images));
  for (long i = images.first; call.ok && i < images.first + images.count; i++) {
    call.expect(labels.data[i] < classes, "labels below the number of classes");
  }
  if (call.ok) {
    compute(classes, outputs.data, labels.data, LossOutputs{d_outputs.data, scale, losses.data, predicted.data, rank.data}, images);
  }
  return nullptr;
}

napi_value softmax_cross_entropy(Call& call) {
  double smoothing = 0;
  const auto read_smoothing = [&] {
    smoothing = call.number();
    call.expect(smoothing >= 0 && smoothing <= 1, "a smoothing of 0 to 1");
  };
  return loss(call, read_smoothing,
              [&](long classes, const float* logits, const uint8_t* labels, const LossOutputs& out, Range images) {
                call.kernels->softmax_cross_entropy(classes, logits, labels, smoothing, out, images);
              });
}

napi_value squared_error(Call& call) {
  return loss(call, [] {}, call.kernels->squared_error);
}

napi_value sum_pixels(Call& call) {
  // 255² times so many is below 2³¹.
  constexpr long kMaxSummedImages = 33000;
  const auto pixels = call.bytes();
  const auto sample_ids = call.integers(), sums = call.integers(), squares = call.integers();
  const long floats_per_image = call.integer(1);
  const Range images = call.range();
  call.expect(images.count <= kMaxSummedImages, "at most 33000 images");
  call.holds(sums, floats_per_image);
  call.holds(squares, floats_per_image);
  if (call.ok && holds_samples(call, sample_ids, images, long(pixels.length) / floats_per_image)) {
    call.kernels->sum_pixels(pixels.data, sample_ids.data, sums.data, squares.data, floats_per_image, images);
  }
  return nullptr;
}

napi_value assemble_images(Call& call) {
  const auto pixels = call.bytes();
  const auto sample_ids = call.integers();
  const auto mean = call.floats(), scale = call.floats(), x = call.floats();
  const long floats_per_image = call.integer(1);
  const Range images = call.range();
  call.holds(mean, floats_per_image);
  call.holds(scale, floats_per_image);
  call.holds(x, end(images) * floats_per_image);
  if (call.ok && holds_samples(call, sample_ids, images, long(pixels.length) / floats_per_image)) {
    call.kernels->assemble_images(pixels.data, sample_ids.data, mean.data, scale.data, x.data, floats_per_image, images);
  }
  return nullptr;
}

napi_value reduce_partials(Call& call) {
  constexpr long kMaxPartials = 1024;
  const auto partials = call.floats();
  const long count = call.integer(1), stride = call.integer();
  const auto out = call.floats();
  const Range elements = call.range();
  call.expect(count <= kMaxPartials, "at most 1024 partial sums");
  call.holds(partials, size_t(count - 1) * stride + end(elements));
  call.holds(out, end(elements));
  if (call.ok) call.kernels->reduce_partials(partials.data, count, stride, out.data, elements);
  return nullptr;
}

napi_value sgd_update(Call& call) {
  const auto w = call.floats(), g = call.floats(), v = call.floats();
  SgdSettings settings{};
  settings.rate = float(call.number());
  settings.momentum = float(call.number());
  settings.weight_decay = float(call.number());
  settings.nesterov = call.boolean();
  const Range elements = call.range();
  call.holds(w, end(elements));
  call.holds(g, end(elements));
  call.holds(v, end(elements));
  return call.ok ? call.give(call.kernels->sgd_update(w.data, g.data, v.data, settings, elements)) : nullptr;
}

napi_value measure_change(Call& call) {
  const auto w = call.floats(), previous = call.floats();
  const Range elements = call.range();
  call.holds(w, end(elements));
  call.holds(previous, end(elements));
  return call.ok ? call.give(double(call.kernels->measure_change(w.data, previous.data, elements))) : nullptr;
}

template <void (*KernelTable::*kernel)(float*, double, PhiloxKey, Range)>
napi_value draw(Call& call) {
  const auto values = call.floats();
  const double spread = call.number();
  const PhiloxKey key = call.key();
  const Range elements = call.range();
  call.holds(values, end(elements));
  if (call.ok) (call.kernels->*kernel)(values.data, spread, key, elements);
  return nullptr;
}

napi_value probe_peak(Call& call) {
  const long rounds = call.integer();
  const auto ends = call.floats();
  call.holds(ends, kProbeFloats);
  return call.ok ? call.give(call.kernels->probe_peak(rounds, ends.data)) : nullptr;
}

napi_value probe_stream(Call& call) {
  const auto a = call.floats(), b = call.floats(), c = call.floats();
  const Range elements = call.range();
  call.holds(a, end(elements));
  call.holds(b, end(elements));
  call.holds(c, end(elements));
  if (call.ok) call.kernels->probe_stream(a.data, b.data, c.data, elements);
  return nullptr;
}

// Lets the caller align slices of a buffer whose base is not aligned: the address of an array's first byte, modulo 64.
napi_value address_modulo_64(Call& call) {
  const auto array = call.bytes();
  return call.ok ? call.give(long(reinterpret_cast<uintptr_t>(array.data) % 64)) : nullptr;
}

struct Export {
  const char* name;
  napi_callback callback;
};

const Export kMethods[] = {
    {"convolutionScratchFloats", invoke<convolution_scratch_floats>},
    {"matmulScratchFloats", invoke<matmul_scratch_floats>},
    {"channelScratchFloats", invoke<channel_scratch_floats>},
    {"pack", invoke<pack<&KernelTable::pack, false>>},
    {"packTransposed", invoke<pack<&KernelTable::pack_transposed, true>>},
    {"matmul", invoke<matmul>},
    {"convolutionForward", invoke<convolution_forward>},
    {"convolutionInputGradient", invoke<convolution_input_gradient>},
    {"convolutionKernelGradient", invoke<convolution_kernel_gradient>},
    {"sumRows", invoke<sum_rows>},
    {"convolutionForwardLanes", invoke<convolution_forward_lanes>},
    {"convolutionInputGradientLanes", invoke<convolution_input_gradient_lanes>},
    {"convolutionKernelGradientLanes", invoke<convolution_kernel_gradient_lanes>},
    {"winogradScratchFloats", invoke<winograd_scratch_floats>},
    {"winogradKernel", invoke<winograd_kernel>},
    {"winogradForward", invoke<winograd_forward>},
    {"winogradInputGradient", invoke<winograd_input_gradient>},
    {"winogradKernelProducts", invoke<winograd_kernel_products>},
    {"winogradKernelGradient", invoke<winograd_kernel_gradient>},
    {"sumChannelLanes", invoke<sum_channel_lanes>},
    {"clearLanes", invoke<clear_lanes>},
    {"assembleLanes", invoke<assemble_lanes>},
    {"gatherLanes", invoke<move_lanes<&KernelTable::gather_lanes, true>>},
    {"scatterLanes", invoke<move_lanes<&KernelTable::scatter_lanes, false>>},
    {"maxPoolingForward", invoke<max_pooling_forward>},
    {"maxPoolingBackward", invoke<max_pooling_backward>},
    {"averagePoolingForward", invoke<average_pooling_forward>},
    {"averagePoolingBackward", invoke<average_pooling_backward>},
    {"trainablePoolingForward", invoke<trainable_pooling_forward>},
    {"trainablePoolingBackward", invoke<trainable_pooling_backward>},
    {"channelMoments", invoke<channel_moments>},
    {"scaleChannels", invoke<scale_channels>},
    {"channelGradientSums", invoke<channel_gradient_sums>},
    {"combineChannels", invoke<combine_channels>},
    {"reluForward", invoke<activation_forward<&KernelTable::relu_forward>>},
    {"reluBackward", invoke<activation_backward<&KernelTable::relu_backward>>},
    {"sigmoidForward", invoke<activation_forward<&KernelTable::sigmoid_forward>>},
    {"sigmoidBackward", invoke<activation_backward<&KernelTable::sigmoid_backward>>},
    {"tanhForward", invoke<activation_forward<&KernelTable::tanh_forward>>},
    {"tanhBackward", invoke<activation_backward<&KernelTable::tanh_backward>>},
    {"leakyReluForward", invoke<shaped_activation_forward<&KernelTable::leaky_relu_forward>>},
    {"leakyReluBackward", invoke<shaped_activation_backward<&KernelTable::leaky_relu_backward>>},
    {"eluForward", invoke<shaped_activation_forward<&KernelTable::elu_forward>>},
    {"eluBackward", invoke<shaped_activation_backward<&KernelTable::elu_backward>>},
    {"geluForward", invoke<activation_forward<&KernelTable::gelu_forward>>},
    {"geluBackward", invoke<activation_backward<&KernelTable::gelu_backward>>},
    {"geluTanhForward", invoke<activation_forward<&KernelTable::gelu_tanh_forward>>},
    {"geluTanhBackward", invoke<activation_backward<&KernelTable::gelu_tanh_backward>>},
    {"preluForward", invoke<prelu_forward>},
    {"preluBackward", invoke<prelu_backward>},
    {"dropout", invoke<dropout>},
    {"addElements", invoke<add_elements>},
    {"copyColumns", invoke<copy_columns>},
    {"softmaxCrossEntropy", invoke<softmax_cross_entropy>},
    {"squaredError", invoke<squared_error>},
    {"sumPixels", invoke<sum_pixels>},
    {"assembleImages", invoke<assemble_images>},
    {"reducePartials", invoke<reduce_partials>},
    {"sgdUpdate", invoke<sgd_update>},
    {"measureChange", invoke<measure_change>},
    {"drawNormal", invoke<draw<&KernelTable::draw_normal>>},
    {"drawUniform", invoke<draw<&KernelTable::draw_uniform>>},
    {"probePeak", invoke<probe_peak>},
    {"probeStream", invoke<probe_stream>},
};

// kernelSet(name): an object with one function a kernel, or null if the processor cannot run that set.
napi_value kernel_set(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr, result = nullptr;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  char name[16] = "";
  size_t length = 0;
  napi_get_value_string_utf8(env, argument, name, sizeof name, &length);
  const KernelTable* table = find_table(name);
  if (!table) {
    napi_get_null(env, &result);
    return result;
  }
  napi_create_object(env, &result);
  for (const Export& method : kMethods) {
    napi_value function = nullptr;
    napi_create_function(env, method.name, NAPI_AUTO_LENGTH, method.callback, const_cast<KernelTable*>(table), &function);
    napi_set_named_property(env, result, method.name, function);
  }
  return result;
}

// supportedNames(): the kernel sets that this processor can run, the fastest first.
napi_value supported_names(napi_env env, napi_callback_info) {
  const char* names[kMaxTargets];
  const int count = list_supported(names);
  napi_value result = nullptr;
  napi_create_array_with_length(env, count, &result);
  for (int i = 0; i < count; i++) {
    napi_value name = nullptr;
    napi_create_string_utf8(env, names[i], NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, result, i, name);
  }
  return result;
}

napi_value init(napi_env env, napi_value exports) {
  const Export functions[] = {
      {"kernelSet", kernel_set},
      {"supportedNames", supported_names},
      {"addressModulo64", invoke<address_modulo_64>},
  };
  for (const Export& entry : functions) {
    napi_value function = nullptr;
    napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.callback, nullptr, &function);
    napi_set_named_property(env, exports, entry.name, function);
  }
  return exports;
}

}  // namespace
}  // namespace convoy

NAPI_MODULE_INIT() { return convoy::init(env, exports); }
