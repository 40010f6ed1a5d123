import type { Shape } from '../../src/core/shape.js';
import type { Draws } from './draws.js';

export type Layer = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** A layer that is no composite, which may or may not fit its input. */
export function drawLayer(draws: Draws, shape: Shape): Layer {
  const kinds = [
    drawConvolution,
    drawConvolution,
    drawConvolution,
    drawLocallyConnected,
    drawActivation,
    drawActivation,
    drawPooling,
    drawPooling,
    drawNormalization,
    drawNormalization,
    drawTransform,
  ];
  return draws.choose(kinds)(draws, shape);
}

function drawConvolution(draws: Draws, { channels }: Shape): Layer {
  const groups = draws.chance(0.4) ? draws.choose([draws.divisor(channels), channels]) : 1;
  const filters = groups * draws.between(1, groups > 1 ? 2 : 7);
  const inputs = Array.from({ length: channels }, (_, channel) => channel);
  const table = () => Array.from({ length: filters }, () => draws.some(inputs));
  return {
    kind: 'convolution',
    kernel: draws.pair(5),
    filters,
    stride: [draws.between(1, 3), draws.between(1, 2)],
    padding: draws.chance(0.3) ? 'same' : draws.sides(3),
    ...(draws.chance(0.3) ? { dilation: draws.pair(3) } : {}),
    ...drawBorder(draws, 0.35),
    groups,
    ...(groups === 1 && draws.chance(0.1) ? { connections: table() } : {}),
    bias: draws.chance(0.8),
  };
}

function drawBorder(draws: Draws, odds: number): object {
  if (!draws.chance(odds)) return {};
  const paddingMode = draws.choose(['constant', 'reflect', 'replicate']);
  return paddingMode === 'constant'
    ? { paddingMode, paddingValue: draws.choose([0, 0.5, -1.25]) }
    : { paddingMode };
}

function drawLocallyConnected(draws: Draws): Layer {
  return {
    kind: 'locally-connected',
    kernel: draws.pair(3),
    filters: draws.between(1, 5),
    stride: draws.pair(2),
    padding: draws.chance(0.3) ? 'same' : draws.sides(2),
    bias: draws.chance(0.7),
  };
}

function drawPooling(draws: Draws): Layer {
  const kernel = draws.pair(4);
  const ceil = draws.chance(0.5);
  // A window must hold something of the input.
  const padding = draws.sides(Math.min(...kernel) - 1);
  const window = draws.chance(0.1)
    ? { kernel: 'global' }
    : { kernel, stride: draws.chance(0.3) ? kernel : draws.pair(4), padding, ceil };
  const countPadding = draws.chance(0.5);
  return draws.choose<Layer>([
    { kind: 'max-pooling', ...window },
    { kind: 'average-pooling', ...window, countPadding },
    { kind: 'average-pooling', ...window, countPadding: true, ...drawBorder(draws, 1) },
    { kind: 'trainable-pooling', ...window, down: draws.choose(['mean', 'sum']), countPadding },
  ]);
}

function drawNormalization(draws: Draws, { channels }: Shape): Layer {
  const affine = { scale: draws.chance(0.7), shift: draws.chance(0.7), epsilon: draws.choose([1e-5, 1e-2]) };
  return draws.choose<Layer>([
    { kind: 'batch-normalization', ...affine },
    { kind: 'group-normalization', groups: draws.divisor(channels), ...affine },
    { kind: 'layer-normalization', over: draws.choose(['image', 'channels']), ...affine },
    {
      kind: 'local-response-normalization',
      size: draws.between(1, 7),
      alpha: draws.choose([1e-4, 1, 2]),
      beta: draws.choose([0.5, 0.75, 1.3]),
      k: draws.choose([0.5, 1, 2]),
    },
  ]);
}

function drawTransform(draws: Draws): Layer {
  return draws.choose<Layer>([
    { kind: 'channel-padding', before: draws.between(0, 2), after: draws.between(0, 2) },
    { kind: 'multiply', factor: draws.choose([-0.5, 0.25, 2]) },
    { kind: 'stochastic-depth', rate: draws.choose([0.2, 0.5]) },
    { kind: 'softmax' },
    { kind: 'fully-connected', units: draws.between(2, 9), bias: draws.chance(0.8) },
  ]);
}

function drawActivation(draws: Draws): Layer {
  return draws.choose<Layer>([
    { kind: 'relu' },
    { kind: 'relu6' },
    { kind: 'leaky-relu', slope: 0.1 },
    { kind: 'prelu' },
    { kind: 'elu', alpha: 0.7 },
    { kind: 'gelu', approximate: draws.choose(['none', 'tanh']) },
    { kind: 'silu' },
    { kind: 'hard-swish' },
    { kind: 'softplus', beta: draws.choose([1, 2]) },
    { kind: 'mish' },
    { kind: 'sigmoid' },
    { kind: 'hard-sigmoid' },
    { kind: 'tanh' },
    { kind: 'identity' },
  ]);
}
