import { sizeOf } from '../src/core/shape.js';
import { augments, TransformDraws } from '../src/dataset/augmentation.js';
import { TRANSFORM_WORDS } from '../src/dataset/transform.js';
import { BUNDLE_IMAGES } from '../src/kernels/constants.js';
import type { Kernels } from '../src/kernels/kernels.js';
import { allocateWords } from '../src/kernels/memory.js';
import { rowsOf } from '../src/layers/parts.js';
import { overSlices, type Pass } from '../src/layers/pass.js';
import type { BoundNetwork } from '../src/network/bind.js';
import type { RunSettings } from '../src/parallel/protocol.js';
import type { Normalization } from '../src/run/normalize.js';

/** Images that a network's input is filled with. */
interface Source {
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
  /** The sample of the mini-batch's i-th image. */
  sampleAt(i: number): number;
}

/** How the mini-batch's images are transformed. */
export interface Transforms {
  /** TRANSFORM_WORDS of each image, see dataset/transform.ts. */
  readonly words: Int32Array;
  /** Beside an image lies its mirror image; else black. */
  readonly reflect: boolean;
  /** Brings the words of images [first, first + count) up to date; their sample ids are. */
  update(first: number, count: number): void;
}

/** The run's augmentation, drawn for the training step at hand; null if it has none. */
export function bindAugmentation(
  { augmentation, seed, batchSize }: Pick<RunSettings, 'augmentation' | 'seed' | 'batchSize'>,
  { batch, input }: BoundNetwork,
): Transforms | null {
  if (!augments(augmentation)) return null;
  const draws = new TransformDraws(augmentation, input.shape, seed);
  const words = allocateWords(batchSize * TRANSFORM_WORDS);
  const drawnInStep = new Int32Array(batchSize).fill(-1);
  return {
    words,
    reflect: augmentation.padding === 'reflect',
    update(first, count) {
      for (let i = first; i < first + count; i++) {
        // A bundle's units are mostly one worker's, which draws its images once.
        if (drawnInStep[i] === batch.step) continue;
        drawnInStep[i] = batch.step;
        draws.draw(batch.epoch, batch.sampleIds[i]!, words, i);
      }
    },
  };
}

/** Fills parts of the input, as its layout is: whole images, or some rows of one bundle's. */
interface Filler {
  fillImages?(first: number, count: number): void;
  fillBundle?(bundle: number, images: number, firstRow: number, rows: number): void;
}

/** The pass that fills a network's input, and the labels of the mini-batch. Without `transforms` images stay as they are. */
export function planAssembly(
  normalization: Normalization,
  { kernels, network }: { kernels: Kernels; network: BoundNetwork },
  source: Source,
  labels: Uint16Array,
  transforms: Transforms | null,
): Pass {
  const { input, batch, inputLayout } = network;
  const filler = transforms
    ? bindAugmented(normalization, kernels, network, source, transforms)
    : bindPlain(normalization, kernels, network, source);
  const name = (first: number, count: number) => {
    for (let i = first; i < first + count; i++) {
      const sample = source.sampleAt(i);
      batch.sampleIds[i] = sample;
      labels[i] = source.labels[sample]!;
    }
    transforms?.update(first, count);
  };
  if (inputLayout === 'images') {
    return overSlices(
      ({ first, count }) => {
        name(first, count);
        filler.fillImages!(first, count);
      },
      { name: 'assembly' },
    );
  }
  return {
    name: 'assembly',
    over: 'units',
    waits: false,
    run(unit) {
      const { bundle, images } = unit;
      // Units of one bundle may be different workers': each names all of its images, to the same effect.
      name(bundle * BUNDLE_IMAGES, images);
      const { first, count } = rowsOf(unit, input.shape.height);
      filler.fillBundle!(bundle, images, first, count);
    },
  };
}

function bindPlain(
  { mean, scale }: Normalization,
  kernels: Kernels,
  { input: { shape, value }, inputLayout, batch: { sampleIds } }: BoundNetwork,
  { pixels }: Source,
): Filler {
  const rowFloats = shape.width * shape.channels;
  const assembly = { pixels, sampleIds, mean, scale, x: value, floatsPerImage: sizeOf(shape) };
  if (inputLayout === 'images') return { fillImages: kernels.bindAssembleImages(assembly) };
  const assemble = kernels.bindAssembleLanes(assembly);
  return {
    fillBundle: (bundle, images, firstRow, rows) =>
      assemble(bundle, images, firstRow * rowFloats, rows * rowFloats),
  };
}

function bindAugmented(
  { mean, scale }: Normalization,
  kernels: Kernels,
  { input: { shape, value }, inputLayout, batch: { sampleIds } }: BoundNetwork,
  { pixels }: Source,
  { words, reflect }: Transforms,
): Filler {
  const assembly = { pixels, sampleIds, transforms: words, mean, scale, x: value, ...shape, reflect };
  return inputLayout === 'images'
    ? { fillImages: kernels.bindAssembleAugmentedImages(assembly) }
    : { fillBundle: kernels.bindAssembleAugmentedLanes(assembly) };
}
