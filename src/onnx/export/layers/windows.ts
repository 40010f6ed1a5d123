import type { Shape } from '../../../core/shape.js';
import { extentOf, type Padding, type WindowConfig } from '../../../layers/window.js';
import type { Attribute } from '../graph-writer.js';
import type { LayerSite } from '../layer-site.js';

const MODES = { constant: 'constant', reflect: 'reflect', replicate: 'edge' } as const;

/** An input with its border around it: zeros unless the window's padding shows something else. */
export function padInput(
  site: LayerSite,
  { padding, paddingMode = 'constant', paddingValue = 0 }: WindowConfig,
): string {
  const [top, bottom, left, right] = padding;
  const pads = site.integers('pads', [0, 0, top, left, 0, 0, bottom, right]);
  const shows = paddingMode === 'constant' ? [site.number('padding value', paddingValue)] : [];
  return site.node('padding', 'Pad', [site.maps(), pads, ...shows], { mode: { text: MODES[paddingMode] } });
}

/** The attributes of a window that slides. */
export function describeWindow({
  kernel,
  stride,
  padding: [top, bottom, left, right],
  dilation,
}: WindowConfig): Record<string, Attribute> {
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: stride },
    pads: { ints: [top, left, bottom, right] },
    ...(dilation && { dilations: { ints: dilation } }),
  };
}

/**
 * The padding with which a window that may end outside of its padded input (`ceil`) has room there. ONNX's own `ceil_mode` is of several minds
 * about a last window that begins in the padding.
 */
export function makeRoom(config: WindowConfig, input: Shape, output: Shape): Padding {
  const [top, bottom, left, right] = config.padding;
  const [height, width] = extentOf(config);
  const rows = (output.height - 1) * config.stride[0] + height - top - input.height;
  const columns = (output.width - 1) * config.stride[1] + width - left - input.width;
  return [top, Math.max(bottom, rows), left, Math.max(right, columns)];
}

/** What a mean over windows divides by: the elements inside the input, those inside the padded input, or those of a whole window. */
type Divisor = 'input' | 'padded' | 'window';

/** Whether a window is the whole input, and nothing else. */
export function isGlobal({ kernel, padding }: WindowConfig, { height, width }: Shape): boolean {
  return kernel[0] === height && kernel[1] === width && padding.every((side) => side === 0);
}

/** Adds the mean of each window by `add`, which names it. */
export function addMeans<Made>(
  site: LayerSite,
  window: WindowConfig,
  divisor: Divisor,
  add: (op: string, inputs: readonly string[], attributes: Record<string, Attribute>) => Made,
): Made {
  const { shape } = site.input;
  if (isGlobal(window, shape)) return add('GlobalAveragePool', [site.maps()], {});
  const room = makeRoom(window, shape, site.output);
  const isBare = divisor === 'input' || room.every((side) => side === 0);
  if (!window.paddingMode && isBare) {
    return add('AveragePool', [site.maps()], describeWindow({ ...window, padding: room }));
  }
  // The padding becomes part of the input, and so does what is beyond it where every place of a window counts. OpenCV 4.6 ignores count_include_pad.
  const inside = divisor === 'window' ? room : window.padding;
  const padded = padInput(site, { ...window, padding: inside });
  const beyond: Padding = [0, room[1] - inside[1], 0, room[3] - inside[3]];
  return add('AveragePool', [padded], describeWindow({ ...window, padding: beyond }));
}
