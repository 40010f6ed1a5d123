import { z } from 'zod';
import type { WindowGeometry } from '../../kernels/geometry.js';
import { bindChannelParameter, shareChannelParameter } from '../channel-parameter.js';
import { initializerSchema } from '../initializer.js';
import type { LayerKindOf } from '../layer.js';
import type { ParameterPlan } from '../parameter.js';
import { overSlices } from '../pass.js';
import { describeWindow, NO_PADDING } from '../window.js';
import { makePoolingGeometry, planPooling, poolingFields, resolvePooling, windowOver } from './pooling.js';
import { bindPoolingLanes, type PieceArrays } from './pooling-lanes.js';
import { makeMeanShares, makeSumShares } from './window-shares.js';

const factor = z.number().nonnegative();

const schema = z
  .strictObject({
    kind: z.literal('trainable-pooling'),
    ...poolingFields,
    /** What is scaled: a window's mean, or its sum, as in LeNet-5. */
    down: z.enum(['mean', 'sum']).default('mean'),
    /** Of a mean: true divides by the number of the window's elements inside the padded input, false by that of those inside the input. */
    countPadding: z.boolean().default(false),
    /** Of the scale. By default the layer begins as average pooling. */
    initializer: initializerSchema.optional(),
    biasInitializer: initializerSchema.prefault('zero'),
    /** Factors on the run's learning rate and weight decay. Two numbers a feature map do not overfit, so they do not decay. */
    scaleLearningRate: factor.default(1),
    scaleWeightDecay: factor.default(0),
    biasLearningRate: factor.default(1),
    biasWeightDecay: factor.default(0),
  })
  .transform(resolvePooling);

/**
 * Pooling with a scale β and a bias b learned for each feature map (LeNet-5's sub-sampling layers; the notes of docs/texts.md): U = β·down(A) + b, equation
 * 3. An activation layer behind it gives f(U).
 *
 * Input n×h×w×c, scale and bias c. db = sum of dU (19), dβ = sum of dU·down(A) (20); dU·β goes back to the elements of its window
 * (11), each of which gets it whole with `sum`, its share with `mean`.
 */
export const trainablePooling: LayerKindOf<typeof schema> = {
  kind: 'trainable-pooling',
  schema,
  pattern: { variantOf: 'POOL', name: 'trainable' },

  plan(config, input, where, layout) {
    const window = windowOver(config, input);
    const area = window.kernel[0] * window.kernel[1];
    const average = { kind: 'constant', value: config.down === 'sum' ? 1 / area : 1 } as const;
    const common = {
      size: input.channels,
      fanIn: area,
      fanOut: 1,
      gradient: 'parts',
    } satisfies Partial<ParameterPlan>;
    return {
      output: planPooling(window, input, where),
      parameters: [
        {
          name: 'scale',
          initializer: config.initializer ?? average,
          learningRateFactor: config.scaleLearningRate,
          weightDecayFactor: config.scaleWeightDecay,
          ...common,
        },
        {
          name: 'bias',
          initializer: config.biasInitializer,
          learningRateFactor: config.biasLearningRate,
          weightDecayFactor: config.biasWeightDecay,
          ...common,
        },
      ],
      state: [],
      shared: {
        ...shareChannelParameter('scale', input, layout),
        ...shareChannelParameter('bias', input, layout),
      },
      inPlace: false,
      backwardReads: { input: true, output: false },
      multiplyAddsPerImage: 0,
      window,
    };
  },

  describe: (config, input) => `${config.down}; ${describeWindow(windowOver(config, input))}`,

  suitsLanes: () => true,

  bind(config, site) {
    const { kernels, input, output, needsInputGradient, training } = site;
    const g = makePoolingGeometry(config, site);
    const shares = chooseShares(config, g, input.value);
    const scale = bindChannelParameter(site, 'scale');
    const bias = bindChannelParameter(site, 'bias');
    const prepare = [...scale.prepare, ...bias.prepare];
    const parameters = { scale: scale.value, bias: bias.value };
    const bindForward = ({ g, firstWindow, x, y }: Omit<PieceArrays, 'dy' | 'dx'>) =>
      kernels.bindTrainablePoolingForward({ g, x, y, ...parameters, shares: shares.subarray(firstWindow) });
    const bindBackward = (
      { g, firstWindow, x, dy, dx }: Omit<PieceArrays, 'y'>,
      dScale: Float32Array,
      dBias: Float32Array,
    ) =>
      kernels.bindTrainablePoolingBackward({
        g,
        x,
        dy,
        scale: scale.value,
        dx: needsInputGradient ? dx : null,
        dScale,
        dBias,
        shares: shares.subarray(firstWindow),
      });
    if (site.layout === 'lanes') {
      const passes = bindPoolingLanes(g, site, {
        bindForward,
        // In lanes the sums of all parts have one place.
        bindBackward: (piece) => bindBackward(piece, scale.sums[0]!, bias.sums[0]!),
        afterBackward(unit) {
          scale.fold(unit);
          bias.fold(unit);
        },
        backwardOfNothing(unit) {
          for (const { gradient } of Object.values(site.parameters)) gradient[unit]!.fill(0);
        },
      });
      return { ...passes, prepare };
    }
    const arrays = {
      g,
      firstWindow: 0,
      x: input.value,
      y: output.value,
      dy: output.gradient,
      dx: input.gradient,
    };
    const forward = bindForward(arrays);
    const backward = training
      ? scale.sums.map((sums, part) => bindBackward(arrays, sums, bias.sums[part]!))
      : [];
    return {
      prepare,
      forward: [overSlices(({ first, count }) => forward(first, count))],
      backward: [overSlices(({ index, first, count }) => backward[index]!(first, count))],
    };
  },
};

function chooseShares(
  { down, countPadding, padding }: z.output<typeof schema>,
  g: WindowGeometry,
  like: Float32Array,
): Float32Array {
  return down === 'sum'
    ? makeSumShares(g, like)
    : makeMeanShares(g, countPadding ? padding : NO_PADDING, like);
}
