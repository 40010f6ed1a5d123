import type { ConvolutionConfig } from '../../../layers/convolution/convolution.js';
import { NO_PADDING, type WindowConfig } from '../../../layers/window.js';
import { permute } from '../../permute.js';
import type { Attribute } from '../graph-writer.js';
import type { LayerSite, Value, WriteLayer } from '../layer-site.js';
import { describeWindow, padInput } from './windows.js';

/** The kernel h×w×cIn×cOut, or groups×h×w×cIn×cOut, becomes filters×cIn×h×w. */
export const writeConvolution: WriteLayer = (config: ConvolutionConfig, site) => {
  const { filters, groups = 1, kernel, paddingMode } = config;
  const [height, width] = kernel;
  const inputs = site.input.shape.channels / groups;
  const shape = [groups, height, width, inputs, filters / groups];
  const weights = site.weights(
    'kernel',
    [filters, inputs, height, width],
    permute(site.tensors.kernel!, shape, [0, 4, 3, 1, 2]),
  );
  const window = paddingMode ? { ...config, padding: NO_PADDING } : config;
  const input = paddingMode ? padInput(site, config) : site.maps();
  return site.finish('Conv', [input, weights, ...addBias(site)], {
    ...describeWindow(window),
    group: { int: groups },
  });
};

/** The kernel h×w×c×units becomes units×(c·h·w), so that the maps go in as they lie. */
export const writeFullyConnected: WriteLayer = (_config, site) => {
  const { shape, isFlat } = site.input;
  const { height, width, channels } = shape;
  const units = site.output.channels;
  const kernel = permute(site.tensors.kernel!, [height, width, channels, units], [3, 2, 0, 1]);
  const weights = site.weights('kernel', [units, channels * height * width], kernel);
  const input = isFlat
    ? site.input.name
    : site.node('flat', 'Flatten', [site.input.name], { axis: { int: 1 } });
  return site.finish('Gemm', [input, weights, ...addBias(site)], { transB: { int: 1 } }, true);
};

function addBias(site: LayerSite): string[] {
  const { bias } = site.tensors;
  return bias ? [site.weights('bias', [bias.length], bias)] : [];
}

/**
 * ONNX has no such layer. A convolution whose filters pick one number of a patch each makes patches n×(c·h·w)×positions of the maps, and those are multiplied
 * position by position, as so many matrices.
 */
export const writeLocallyConnected: WriteLayer = (config: WindowConfig, site) => {
  const [height, width] = config.kernel;
  const { channels } = site.input.shape;
  const { output } = site;
  const [positions, taps] = [output.height * output.width, channels * height * width];
  const picks = new Float32Array(taps * taps);
  for (let tap = 0; tap < taps; tap++) picks[tap * taps + tap] = 1;
  const picking = site.weights('picks', [taps, channels, height, width], picks);
  const patches = site.node('patches', 'Conv', [site.maps(), picking], describeWindow(config));
  const flat = site.node('positions', 'Reshape', [
    patches,
    site.integers('positions shape', [0, taps, positions]),
  ]);
  const rows = site.node('rows', 'Transpose', [flat], order(2, 0, 1));
  const kernel = permute(
    site.tensors.kernel!,
    [positions, height, width, channels, output.channels],
    [0, 3, 1, 2, 4],
  );
  const weights = site.weights('kernel', [positions, taps, output.channels], kernel);
  const products = site.node('products', 'MatMul', [rows, weights]);
  const columns = site.node('columns', 'Transpose', [products], order(1, 2, 0));
  const maps = [columns, site.integers('shape', [0, output.channels, output.height, output.width])];
  const { bias } = site.tensors;
  if (!bias) return site.finish('Reshape', maps);
  const shape = [output.height, output.width, output.channels];
  const shifts = site.weights(
    'bias',
    [output.channels, output.height, output.width],
    permute(bias, shape, [2, 0, 1]),
  );
  return site.finish('Add', [site.node('maps', 'Reshape', maps), shifts]);
};

export function order(...axes: readonly number[]): Record<string, Attribute> {
  return { perm: { ints: axes } };
}

/** A factor and a summand for each channel, as a convolution that has one weight a channel. */
export function addChannelAffine(
  site: LayerSite,
  input: string,
  scale: Float32Array,
  bias: Float32Array,
): Value {
  const { length } = scale;
  return site.finish(
    'Conv',
    [input, site.weights('scale', [length, 1, 1, 1], scale), site.weights('bias', [length], bias)],
    { kernel_shape: { ints: [1, 1] }, group: { int: length } },
  );
}
