import { sizeOf } from '../src/core/shape.js';
import { Painter, paints } from '../src/dataset/augmentation/painter.js';
import { TransformDraws, transforms } from '../src/dataset/augmentation.js';
import { TRANSFORM_WORDS } from '../src/dataset/transform.js';
import { allocateWords } from '../src/kernels/memory.js';
import type { BoundNetwork } from '../src/network/bind.js';
import type { RunSettings } from '../src/parallel/protocol.js';

/** Where the assembly kernels find the images of a mini-batch, and how they show them. */
export interface Images {
  readonly pixels: Uint8Array;
  /** Which of the images there is the mini-batch's i-th. */
  readonly ids: Int32Array;
  /** Null for images as they are. */
  readonly transforms: {
    /** TRANSFORM_WORDS of each image, see dataset/transform.ts. */
    readonly words: Int32Array;
    /** Beside an image lies its mirror image; else black. */
    readonly reflect: boolean;
  } | null;
  /** Brings the mini-batch's i-th image up to date, which is that sample of the data. */
  show(i: number, sample: number): void;
}

/** Images as they are in the data, by their samples' ids. */
export function showPlain(pixels: Uint8Array, sampleIds: Int32Array): Images {
  return {
    pixels,
    ids: sampleIds,
    transforms: null,
    show(i, sample) {
      sampleIds[i] = sample;
    },
  };
}

/** Images as the run's augmentation makes them, drawn for the training step at hand. */
export function showAugmented(
  { augmentation, seed }: Pick<RunSettings, 'augmentation' | 'seed'>,
  { batch, input: { shape } }: BoundNetwork,
  pixels: Uint8Array,
): Images {
  const places = batch.sampleIds.length;
  const painter = paints(augmentation) ? new Painter(augmentation, shape, seed) : null;
  if (painter === null && !transforms(augmentation)) return showPlain(pixels, batch.sampleIds);
  const draws = new TransformDraws(augmentation, shape, seed);
  const words = allocateWords(places * TRANSFORM_WORDS);
  const painted = painter && new Uint8Array(new SharedArrayBuffer(places * sizeOf(shape)));
  const ids = painter ? allocateWords(places) : batch.sampleIds;
  if (painter) for (let i = 0; i < places; i++) ids[i] = i;
  const drawnInStep = new Int32Array(places).fill(-1);
  return {
    pixels: painted ?? pixels,
    ids,
    transforms: { words, reflect: augmentation.padding === 'reflect' },
    show(i, sample) {
      // A bundle's units are mostly one worker's, which draws its images once.
      if (drawnInStep[i] === batch.step) return;
      drawnInStep[i] = batch.step;
      draws.draw(batch.epoch, sample, words, i);
      if (painted === null) ids[i] = sample;
      else painter!.paint({ epoch: batch.epoch, sample, images: pixels }, { transforms: words, painted, i });
    },
  };
}
