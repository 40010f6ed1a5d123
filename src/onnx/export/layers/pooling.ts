import { type PoolingWindow, windowOver } from '../../../layers/pooling/pooling.js';
import type { WindowConfig } from '../../../layers/window.js';
import type { WriteLayer } from '../layer-site.js';
import { addChannelAffine } from './convolution.js';
import { addMeans, describeWindow, isGlobal, makeRoom } from './windows.js';

export const writeMaxPooling: WriteLayer = (config: PoolingWindow, site) => {
  const window = windowOver(config, site.input.shape);
  if (isGlobal(window, site.input.shape)) return site.finish('GlobalMaxPool', [site.maps()]);
  const padding = makeRoom(window, site.input.shape, site.output);
  return site.finish('MaxPool', [site.maps()], describeWindow({ ...window, padding }));
};

type AveragePooling = PoolingWindow & { readonly countPadding: boolean };

export const writeAveragePooling: WriteLayer = (config: AveragePooling, site) =>
  addMeans(
    site,
    windowOver(config, site.input.shape),
    config.countPadding ? 'padded' : 'input',
    (op, inputs, attributes) => site.finish(op, inputs, attributes),
  );

/** scale·down(x) + bias: a sum is the mean over whole windows, and what it lacks becomes part of the scale. */
export const writeTrainablePooling: WriteLayer = (
  config: AveragePooling & { readonly down: 'mean' | 'sum' },
  site,
) => {
  const window: WindowConfig = windowOver(config, site.input.shape);
  const sums = config.down === 'sum';
  const area = sums ? window.kernel[0] * window.kernel[1] : 1;
  const divisor = sums ? 'window' : config.countPadding ? 'padded' : 'input';
  const means = addMeans(site, window, divisor, (op, inputs, attributes) =>
    site.node('means', op, inputs, attributes),
  );
  const { scale, bias } = site.tensors;
  return addChannelAffine(
    site,
    means,
    scale!.map((value) => value * area),
    bias!,
  );
};
