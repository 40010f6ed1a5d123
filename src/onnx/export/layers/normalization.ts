import type { Shape } from '../../../core/shape.js';
import { permute } from '../../permute.js';
import type { LayerSite, Value, WriteLayer } from '../layer-site.js';
import { order } from './convolution.js';

interface Normalization {
  readonly epsilon: number;
}

/** As in tests: by running statistics. */
export const writeBatchNormalization: WriteLayer = ({ epsilon }: Normalization, site) => {
  const { scale, shift, runningMean, runningVariance } = site.tensors;
  const { channels } = site.output;
  const vector = (part: string, values: Float32Array = new Float32Array(channels)) =>
    site.weights(part, [channels], values);
  return site.finish(
    'BatchNormalization',
    [
      site.input.name,
      vector('scale', scale ?? ones(channels)),
      vector('shift', shift),
      vector('runningMean', runningMean),
      vector('runningVariance', runningVariance),
    ],
    { epsilon: { float: epsilon } },
    site.input.isFlat,
  );
};

/** Groups become channels with all their positions, which InstanceNormalization takes one by one. */
export const writeGroupNormalization: WriteLayer = (
  { groups, epsilon }: Normalization & { readonly groups: number },
  site,
) => {
  const { height, width, channels } = site.output;
  const { scale, shift } = site.tensors;
  const unscaled = [
    site.weights('unscaled', [groups], ones(groups)),
    site.weights('unshifted', [groups], new Float32Array(groups)),
  ];
  const grouped = site.node('groups', 'Reshape', [
    site.input.name,
    site.integers('groups shape', [0, groups, -1]),
  ]);
  const normal = site.node('normal', 'InstanceNormalization', [grouped, ...unscaled], {
    epsilon: { float: epsilon },
  });
  const shape = site.input.isFlat ? [0, channels] : [0, channels, height, width];
  const maps = [normal, site.integers('shape', shape)];
  return finishAffine(site, maps, scale, shift);
};

/** Reshapes by `maps`, then scales and shifts by channels where there is something to. */
function finishAffine(
  site: LayerSite,
  maps: readonly string[],
  scale: Float32Array | undefined,
  shift: Float32Array | undefined,
): Value {
  const { isFlat } = site.input;
  const shape = site.perChannel();
  if (!scale && !shift) return site.finish('Reshape', maps, {}, isFlat);
  const reshaped = site.node('maps', 'Reshape', maps);
  const factors = scale && [reshaped, site.weights('scale', shape, scale)];
  if (!shift) return site.finish('Mul', factors!, {}, isFlat);
  const scaled = factors ? site.node('scaled', 'Mul', factors) : reshaped;
  return site.finish('Add', [scaled, site.weights('shift', shape, shift)], {}, isFlat);
}

/** Over channels ONNX normalises what stands last. */
export const writeLayerNormalization: WriteLayer = (
  { over, epsilon }: Normalization & { readonly over: 'image' | 'channels' },
  site,
) => {
  const { input, output } = site;
  const attributes = (axis: number) => ({ axis: { int: axis }, epsilon: { float: epsilon } });
  const isSinglePosition = output.height * output.width === 1;
  if (over === 'image' || isSinglePosition) {
    return site.finish(
      'LayerNormalization',
      [input.name, ...addElementwise(site, input.isFlat, output)],
      attributes(1),
      input.isFlat,
    );
  }
  const last = site.node('channels last', 'Transpose', [input.name], order(0, 2, 3, 1));
  const affine = addElementwise(site, true, output);
  const normal = site.node('normal', 'LayerNormalization', [last, ...affine], attributes(-1));
  return site.finish('Transpose', [normal], order(0, 3, 1, 2));
};

/** Scale and shift, h×w×c as c×h×w or vectors; ONNX asks for a scale. */
function addElementwise(site: LayerSite, isFlat: boolean, { height, width, channels }: Shape): string[] {
  const { scale, shift } = site.tensors;
  const shape = isFlat ? [channels] : [channels, height, width];
  const place = (values: Float32Array) =>
    isFlat ? values : permute(values, [height, width, channels], [2, 0, 1]);
  const size = shape.reduce((product, side) => product * side, 1);
  return [
    site.weights('scale', shape, scale ? place(scale) : ones(size)),
    ...(shift ? [site.weights('shift', shape, place(shift))] : []),
  ];
}

interface LocalResponse {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/** ONNX's own takes odd sizes. Of an even one more neighbours stand before than behind, so the squares are summed by a band of ones. */
export const writeLocalResponse: WriteLayer = ({ size, alpha, beta, k }: LocalResponse, site) => {
  if (size % 2 === 1) {
    return site.finish('LRN', [site.maps()], {
      size: { int: size },
      alpha: { float: alpha },
      beta: { float: beta },
      bias: { float: k },
    });
  }
  const input = site.maps();
  const { channels } = site.output;
  const band = new Float32Array(channels * channels);
  for (let c = 0; c < channels; c++) {
    const last = Math.min(channels, c + size / 2);
    for (let other = Math.max(0, c - size / 2); other < last; other++) band[c * channels + other] = 1;
  }
  const squares = site.node('squares', 'Mul', [input, input]);
  const bands = site.weights('band', [channels, channels, 1, 1], band);
  const sums = site.node('sums', 'Conv', [squares, bands], { kernel_shape: { ints: [1, 1] } });
  const shares = site.node('shares', 'Mul', [sums, site.number('alpha', alpha / size)]);
  const total = site.node('total', 'Add', [shares, site.number('k', k)]);
  const divisors = site.node('divisors', 'Pow', [total, site.number('beta', beta)]);
  return site.finish('Div', [input, divisors]);
};

function ones(length: number): Float32Array {
  return new Float32Array(length).fill(1);
}
