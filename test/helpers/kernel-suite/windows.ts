import { isDilated, makeGeometry, type WindowGeometry } from '../../../src/kernels/geometry.js';

/** A window as a case writes it down; height before width. */
export interface WindowOptions {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly kernel: readonly [height: number, width: number];
  /** Default 1, 1. */
  readonly stride?: readonly [y: number, x: number];
  /** Default none. */
  readonly padding?: readonly [top: number, bottom: number, left: number, right: number];
  /** Default 1, 1. */
  readonly dilation?: readonly [y: number, x: number];
  /** Default: as many as the input's, as pooling has. */
  readonly outputChannels?: number;
  /** Default 1. */
  readonly groups?: number;
}

export function makeWindow(options: WindowOptions): WindowGeometry {
  const [height, width, channels] = options.input;
  const { kernel, stride = [1, 1], dilation = [1, 1], padding = [0, 0, 0, 0] } = options;
  const [top, bottom, left, right] = padding;
  const reach = [(kernel[0] - 1) * dilation[0], (kernel[1] - 1) * dilation[1]] as const;
  const output = {
    height: Math.floor((height + top + bottom - reach[0] - 1) / stride[0]) + 1,
    width: Math.floor((width + left + right - reach[1] - 1) / stride[1]) + 1,
    channels: options.outputChannels ?? channels,
  };
  const window = { kernel, stride, dilation, padding };
  return makeGeometry({ height, width, channels }, window, output, options.groups);
}

/** For titles of tests. */
export function describeWindow(g: WindowGeometry): string {
  const input = `${g.inputHeight}×${g.inputWidth}×${g.inputChannels}`;
  const output = `${g.outputHeight}×${g.outputWidth}×${g.outputChannels}`;
  const window = `${g.kernelHeight}×${g.kernelWidth} stride ${g.strideY},${g.strideX} pad ${g.padTop},${g.padLeft}`;
  const gaps = isDilated(g) ? ` dilation ${g.dilationY},${g.dilationX}` : '';
  return `${input} to ${output}, ${window}${gaps}${g.groups > 1 ? `, ${g.groups} groups` : ''}`;
}

/** The images of the mini-batch, and those of them that a call works on. */
export interface Batch {
  readonly total: number;
  readonly first: number;
  readonly count: number;
}

/** For titles of tests. */
export function describeBatch({ total, first, count }: Batch): string {
  return `${count} images of ${total} from ${first}`;
}
