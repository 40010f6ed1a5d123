import { z } from 'zod';
import { UserError } from '../../core/errors.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import { allocateLike, allocateWords } from '../../kernels/memory.js';
import type { LayerKindOf, LayerSite, SharedPlan } from '../layer.js';
import { rowsOf, widthOf } from '../parts.js';
import { overSlices, type Pass, type PassLabel } from '../pass.js';
import { affineFields, planAffine, resolveAffine } from './affine.js';
import { checkValues, epsilonField } from './image-statistics.js';

const schema = z
  .strictObject({
    kind: z.literal('group-normalization'),
    name: z.string().optional(),
    /** Of neighbouring channels. */
    groups: z.int().min(1),
    epsilon: epsilonField,
    ...affineFields,
  })
  .transform(resolveAffine);

/**
 * Group normalisation (Wu and He, ECCV 2018): y = scale·(x − mean) / √(variance + epsilon) + shift, with mean and (biased) variance of each image
 * by itself, over a group of channels and all positions; scale and shift are the channel's. One group is layer normalisation over the image with a
 * scale a channel; as many groups as channels are instance normalisation.
 *
 * With n = (x − mean)·r, r the inverse deviation, and g = dy·scale: dx = r·(g − mean(g) − n·mean(g·n)), means over the group; dscale = sum dy·n,
 * dshift = sum dy, over all images and positions.
 */
export const groupNormalization: LayerKindOf<typeof schema> = {
  kind: 'group-normalization',
  schema,
  role: 'normalization',
  pattern: {
    word: 'GN',
    usage: 'GN(groups): GN(8)',
    places: [{ name: 'groups', lengths: [1], least: 1 }],
    required: 1,
  },
  channelFields: { divisor: 'groups' },

  plan(config, input, where, layout) {
    const { groups } = config;
    if (input.channels % groups !== 0) {
      throw new UserError(
        `${where}: groups: expected a divisor of the ${input.channels} channels of its input, found ${groups} (${formatShape(input)}). ` +
          'Take other groups, or other filters before it.',
      );
    }
    checkValues(sizeOf(input) / groups, input, where, 'Take fewer groups');
    const sums: SharedPlan = {
      floats: widthOf(input, layout),
      ...(layout === 'lanes' ? { perPart: true } : { perImage: true }),
    };
    return {
      output: input,
      parameters: planAffine(config, { size: input.channels, gradient: 'parts' }),
      state: [],
      shared: {
        means: sums,
        squares: sums,
        gradientSums: { ...sums, onlyInTraining: true },
        gradientProducts: { ...sums, onlyInTraining: true },
      },
      inPlace: false,
      backwardReads: { input: true, output: false },
      multiplyAddsPerImage: 0,
    };
  },

  describe: ({ groups }) => `${groups} group${groups === 1 ? '' : 's'}`,

  suitsLanes: () => true,

  bind({ groups, epsilon }, site) {
    const { input, output, kernels, layout, training, needsInputGradient } = site;
    const { channels } = input.shape;
    const width = widthOf(input.shape, layout);
    const { scale, shift } = site.parameters;
    const { means, squares, gradientSums, gradientProducts } = site.shared as Record<string, Float32Array>;
    const bands = new Bands(site);
    // Coefficients of the block at hand, which every worker computes for each of its bands: that takes less time than a barrier.
    const allocate = () => allocateLike(input.value, width);
    const [mean, inverse, a, b, d] = [allocate(), allocate(), allocate(), allocate(), allocate()];
    const cut = { channels, columnsPerChannel: width / channels, groups, bandRows: bands.rows };

    const x = input.value;
    const takeMoments = kernels.bindBandMoments({ channels: width, x, means: means!, squares: squares! });
    const findCoefficients = kernels.bindGroupCoefficients({
      ...cut,
      means: means!,
      squares: squares!,
      scale: scale?.value ?? null,
      shift: shift?.value ?? null,
      epsilon,
      mean,
      inverse,
      a,
      d,
    });
    const normalize = kernels.bindScaleChannels({
      channels: width,
      x,
      scale: a,
      shift: d,
      rectified: false,
      y: output.value,
    });
    const forward = [
      bands.over(({ index, firstRow, rows }) => takeMoments(index, firstRow, rows), { name: 'moments' }),
      bands.waitFor(({ block, images, firstRow, rows }) => {
        findCoefficients(block, images);
        normalize(firstRow, rows);
      }),
    ];
    if (!training) return { prepare: [], forward, backward: [] };

    const dy = output.gradient;
    const takeSums = kernels.bindBandGradientSums({
      channels: width,
      x,
      dy,
      mean,
      inverse,
      sums: gradientSums!,
      products: gradientProducts!,
    });
    const sumGradients = bands.over(
      ({ index, block, images, firstRow, rows }) => {
        findCoefficients(block, images);
        takeSums(index, firstRow, rows);
      },
      { name: 'gradient sums' },
      [
        ...(scale ? [bands.sumInto(scale.gradient, gradientProducts!)] : []),
        ...(shift ? [bands.sumInto(shift.gradient, gradientSums!)] : []),
      ],
    );
    const findGradientCoefficients = kernels.bindGroupGradientCoefficients({
      ...cut,
      sums: gradientSums!,
      products: gradientProducts!,
      scale: scale?.value ?? null,
      mean,
      inverse,
      a,
      b,
      d,
    });
    const combine = kernels.bindCombineChannels({
      channels: width,
      x,
      dy,
      a,
      b,
      d,
      scale: null,
      shift: null,
      dx: input.gradient,
    });
    const inputGradient = bands.waitFor(({ block, images, firstRow, rows }) => {
      findCoefficients(block, images);
      findGradientCoefficients(block, images);
      combine(firstRow, rows);
    });
    // In lanes others may still read what lies where the input's gradient begins.
    const waits = layout === 'lanes';
    return {
      prepare: [],
      forward,
      backward: [sumGradients, ...(needsInputGradient ? [{ ...inputGradient, waits }] : [])],
    };
  },
};

/** A band of rows of a block, which is an image or, in lanes, a bundle. Where images lie one after another each has but one band. */
interface Band {
  /** Of all bands, those of a block one after another. */
  readonly index: number;
  readonly block: number;
  /** Of the block. */
  readonly images: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** The bands of a mini-batch: those of a bundle may be different workers' work. */
class Bands {
  readonly #site: LayerSite;
  /** Of each band of a block. */
  readonly rows: Int32Array;

  constructor(site: LayerSite) {
    const { height, width } = site.input.shape;
    const bands = site.layout === 'lanes' ? site.batch.bands : 1;
    this.#site = site;
    this.rows = allocateWords(bands);
    for (let band = 0; band < bands; band++) this.rows[band] = width * rowsOf({ band, bands }, height).count;
  }

  /**
   * A pass over bands, each of which needs only itself.
   *
   * @param finish what is done with each part of the mini-batch behind its bands
   */
  over(
    run: (band: Band) => void,
    label: PassLabel = {},
    finish: readonly ((part: number, firstBand: number, bands: number) => void)[] = [],
  ): Pass {
    const { layout, input } = this.#site;
    const { height, width } = input.shape;
    if (layout === 'images') {
      const rows = height * width;
      return overSlices(({ index, first, count }) => {
        for (let image = first; image < first + count; image++) {
          run({ index: image, block: image, images: 1, firstRow: image * rows, rows });
        }
        for (const end of finish) end(index, first, count);
      }, label);
    }
    return {
      over: 'units',
      waits: false,
      ...label,
      run: ({ bundle, images, band, bands }) => {
        const index = bundle * bands + band;
        const firstRow = (bundle * height + rowsOf({ band, bands }, height).first) * width;
        run({ index, block: bundle, images, firstRow, rows: this.rows[band]! });
        for (const end of finish) end(index, index, 1);
      },
    };
  }

  /** A pass over bands, each of which needs all those of its block. */
  waitFor(run: (band: Band) => void): Pass {
    return { ...this.over((band) => band.rows > 0 && run(band)), waits: this.rows.length > 1 };
  }

  /** Sums what the bands of a part have left of each channel into the part's gradient. In lanes a band is a part. */
  sumInto(
    gradient: readonly Float32Array[],
    sums: Float32Array,
  ): (part: number, firstBand: number, bands: number) => void {
    const { kernels, input, layout } = this.#site;
    const { channels } = input.shape;
    const width = widthOf(input.shape, layout);
    if (layout === 'images') {
      const sumParts = gradient.map((to) => kernels.bindSumRows({ channels, x: sums, sums: to }));
      return (part, firstBand, bands) => sumParts[part]!(firstBand, bands);
    }
    const foldParts = gradient.map((to, part) =>
      kernels.bindSumChannelLanes({ channels, x: sums.subarray(part * width, (part + 1) * width), sums: to }),
    );
    return (part) => foldParts[part]!();
  }
}
