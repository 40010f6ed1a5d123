import type { Shape } from '../../../core/shape.js';
import { extentOf, type Padding, slideWindow, type WindowConfig } from '../../../layers/window.js';
import { type Node, require } from '../node.js';
import type { Border } from '../values.js';

/** The window of a Conv or a pooling over such an input. */
export function readWindow(node: Node, kernel: readonly number[], input: Shape): WindowConfig {
  require(kernel.length === 2, `of ${kernel.length} dimensions, not two`);
  const pair = (name: string) => {
    const [y = 1, x = 1] = node.integers(name) ?? [1, 1];
    return [y, x] as const;
  };
  const [height, width] = kernel as [number, number];
  const window = { kernel: [height, width] as const, stride: pair('strides'), dilation: pair('dilations') };
  const padding = readPadding(node, window, input);
  const { dilation, ...rest } = window;
  return { ...rest, padding, ...(dilation.some((gap) => gap > 1) ? { dilation } : {}) };
}

function readPadding(node: Node, window: Omit<WindowConfig, 'padding'>, input: Shape): Padding {
  const pads = node.integers('pads') ?? [0, 0, 0, 0];
  const auto = node.text('auto_pad', 'NOTSET');
  if (auto === 'NOTSET') {
    const [top = 0, left = 0, bottom = 0, right = 0] = pads;
    require([top, left, bottom, right].every((side) => side >= 0), 'with pads below 0');
    return [top, bottom, left, right];
  }
  if (auto === 'VALID') return [0, 0, 0, 0];
  require(auto === 'SAME_UPPER' || auto === 'SAME_LOWER', `with auto_pad ${auto}`);
  const extent = extentOf(window);
  const along = (size: number, axis: 0 | 1): [number, number] => {
    const outputs = Math.ceil(size / window.stride[axis]);
    const total = Math.max(0, (outputs - 1) * window.stride[axis] + extent[axis] - size);
    const less = Math.floor(total / 2);
    return auto === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
  };
  return [...along(input.height, 0), ...along(input.width, 1)] as unknown as Padding;
}

/** A window with the border around its input as its own padding. */
export function addBorder(window: WindowConfig, border: Border | undefined): WindowConfig {
  if (!border) return window;
  const { padding, mode, value } = border;
  const isZero = mode === 'constant' && value === 0;
  require(isZero || window.padding.every((side) => side === 0), 'with pads behind a Pad');
  const sum = window.padding.map((side, i) => side + padding[i]!) as unknown as Padding;
  if (isZero) return { ...window, padding: sum };
  return {
    ...window,
    padding: sum,
    paddingMode: mode,
    ...(mode === 'constant' ? { paddingValue: value } : {}),
  };
}

/** What the window makes of an input; channels are the caller's. */
export function slide(window: WindowConfig, input: Shape, channels: number): Shape {
  return { ...slideWindow(window, input, 'a window'), channels };
}
