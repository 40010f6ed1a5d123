import { permute } from '../../permute.js';
import { isSinglePixel } from '../network-builder.js';
import { require } from '../node.js';
import type { ReadNode } from './read-node.js';

export const readBatchNormalization: ReadNode = (node, network) => {
  const input = network.layerValue(node, 0);
  require(!input.border &&
    (input.form === 'maps' ||
      (input.form === 'flat' && isSinglePixel(input.shape))), 'over other dimensions than channels');
  require(node.integer('training_mode', 0) === 0, 'in training');
  require(node.integer('spatial', 1) !== 0, 'by position');
  node.ignore('consumed_inputs');
  const names = ['scale', 'shift', 'runningMean', 'runningVariance'] as const;
  const vectors = names.map((name, i) => {
    const { values } = network.constant(node, i + 1);
    require(values.length === input.shape.channels, `whose ${name} is not a number for each channel`);
    return [name, values] as const;
  });
  network.add(
    node,
    {
      kind: 'batch-normalization',
      epsilon: shorten(node.number('epsilon', 1e-5)),
      momentum: shorten(1 - shorten(node.number('momentum', 0.9))),
    },
    input.shape,
    [input],
    Object.fromEntries(vectors),
  );
};

/** Digits that a number of 32 bits keeps whatever it is: 1e-5 comes back as 1e-5. */
const FLOAT_DIGITS = 6;

/** The short number that a number of 32 bits was. */
export function shorten(value: number): number {
  const short = Number(value.toPrecision(FLOAT_DIGITS));
  return Math.fround(short) === Math.fround(value) ? short : value;
}

/** Each channel by itself, or on their way the groups of a group normalisation. */
export const readInstanceNormalization: ReadNode = (node, network) => {
  const scale = network.constant(node, 1).values;
  const shift = network.constant(node, 2).values;
  const epsilon = shorten(node.number('epsilon', 1e-5));
  const value = network.value(node, 0);
  if (value.form === 'groups') {
    require(scale.length === value.groups &&
      scale.every((one) => one === 1) &&
      shift.every((zero) => zero === 0), 'with a scale or a shift of its own for groups');
    network.set(node.outputs[0]!, { ...value, epsilon });
    return;
  }
  const input = network.maps(node, 0);
  const { channels } = input.shape;
  require(scale.length === channels &&
    shift.length === channels, 'whose scale is not a number for each channel');
  network.add(node, { kind: 'group-normalization', groups: channels, epsilon }, input.shape, [input], {
    scale,
    shift,
  });
};

/** Scale and shift are a group's before opset 21, a channel's since. */
export const readGroupNormalization: ReadNode = (node, network) => {
  const input = network.maps(node, 0);
  const { channels } = input.shape;
  const groups = node.integer('num_groups', 0);
  const epsilon = shorten(node.number('epsilon', 1e-5));
  node.ignore('stash_type');
  require(groups > 0 && channels % groups === 0, `of ${groups} groups of ${channels} channels`);
  const [count, repeats] = node.opset < 21 ? [groups, channels / groups] : [channels, 1];
  const [scale, shift] = [1, 2].map((index) => {
    const { values } = network.constant(node, index);
    require(values.length === count, `whose scale or shift is not ${count} numbers`);
    return Float32Array.from({ length: channels }, (_, channel) => values[Math.floor(channel / repeats)]!);
  }) as [Float32Array, Float32Array];
  network.add(node, { kind: 'group-normalization', groups, epsilon }, input.shape, [input], { scale, shift });
};

/** Over all of an image, or where channels stand last over those. */
export const readLayerNormalization: ReadNode = (node, network) => {
  const input = network.layerValue(node, 0);
  const scale = network.constant(node, 1).values;
  const shift = network.optionalConstant(node, 2)?.values ?? null;
  const rank = input.form === 'flat' ? 2 : 4;
  const axis = node.integer('axis', -1);
  const first = axis < 0 ? axis + rank : axis;
  const epsilon = shorten(node.number('epsilon', 1e-5));
  node.ignore('stash_type');
  const { height, width, channels } = input.shape;
  require(!input.border, 'behind a Pad');
  const fields = { kind: 'layer-normalization', epsilon, ...(shift ? {} : { shift: false }) };
  if (input.form === 'last' && first === 3) {
    network.add(node, { ...fields, over: 'channels' }, input.shape, [input], {
      scale,
      ...(shift && { shift }),
    });
    return;
  }
  require(first === 1, `over axis ${axis}`);
  require(scale.length === height * width * channels, 'whose scale is not a number for each of an image');
  const place = (values: Float32Array) =>
    input.form === 'last' || input.order === 'channels-last'
      ? values
      : permute(values, [channels, height, width], [1, 2, 0]);
  network.add(node, { ...fields, over: 'image' }, input.shape, [input], {
    scale: place(scale),
    ...(shift && { shift: place(shift) }),
  });
};

export const readLrn: ReadNode = (node, network) => {
  const input = network.maps(node, 0);
  const size = node.integer('size', 0);
  require(size % 2 === 1, `of an even size, ${size}`);
  const fields = {
    size,
    alpha: shorten(node.number('alpha', 1e-4)),
    beta: shorten(node.number('beta', 0.75)),
    k: shorten(node.number('bias', 1)),
  };
  network.add(node, { kind: 'local-response-normalization', ...fields }, input.shape, [input]);
};
