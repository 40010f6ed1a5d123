import { sizeOf } from '../src/core/shape.js';
import { BUNDLE_IMAGES } from '../src/kernels/constants.js';
import type { Kernels } from '../src/kernels/kernels.js';
import { rowsOf } from '../src/layers/parts.js';
import { overSlices, type Pass } from '../src/layers/pass.js';
import type { BoundNetwork } from '../src/network/bind.js';
import type { Normalization } from '../src/run/normalize.js';
import type { Images } from './images.js';

/** Images that a network's input is filled with. */
export interface Source {
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
  /** The sample of the mini-batch's i-th image. */
  sampleAt(i: number): number;
}

/** Fills parts of an input, as its layout is: whole images, or some rows of one bundle's. */
export interface Filler {
  fillImages?(first: number, count: number): void;
  fillBundle?(bundle: number, images: number, firstRow: number, rows: number): void;
}

/** What changes images, or parts of them, that an input has been filled with. */
export interface Mixer {
  /** Brings what it knows of images [first, first + count) up to date. */
  update(first: number, count: number): void;
  mixImages(first: number, count: number): void;
  mixBundle(bundle: number, images: number, firstRow: number, rows: number): void;
}

/** The pass that fills a network's input with images, mixed or not, and the labels of the mini-batch. */
export function planAssembly(
  normalization: Normalization,
  { kernels, network }: { kernels: Kernels; network: BoundNetwork },
  source: Source,
  labels: Uint16Array,
  images: Images,
  mixer: Mixer | null = null,
): Pass {
  const { input, batch, inputLayout } = network;
  const filler = bindFiller(normalization, kernels, network, images, input.value);
  const name = (first: number, count: number) => {
    for (let i = first; i < first + count; i++) {
      const sample = source.sampleAt(i);
      batch.sampleIds[i] = sample;
      labels[i] = source.labels[sample]!;
      images.show(i, sample);
    }
    mixer?.update(first, count);
  };
  if (inputLayout === 'images') {
    return overSlices(
      ({ first, count }) => {
        name(first, count);
        filler.fillImages!(first, count);
        mixer?.mixImages(first, count);
      },
      { name: 'assembly', varies: true },
    );
  }
  return {
    name: 'assembly',
    varies: true,
    over: 'units',
    waits: false,
    run(unit) {
      const { bundle, images } = unit;
      // Units of one bundle may be different workers': each names all of its images, to the same effect.
      name(bundle * BUNDLE_IMAGES, images);
      const { first, count } = rowsOf(unit, input.shape.height);
      filler.fillBundle!(bundle, images, first, count);
      mixer?.mixBundle(bundle, images, first, count);
    },
  };
}

/** Ties what fills an input, or an array x that is laid out as it is, to the images. */
export function bindFiller(
  { mean, scale }: Normalization,
  kernels: Kernels,
  { input: { shape }, inputLayout }: BoundNetwork,
  { pixels, ids: sampleIds, transforms }: Images,
  x: Float32Array,
): Filler {
  if (transforms !== null) {
    const { words, reflect } = transforms;
    const assembly = { pixels, sampleIds, transforms: words, mean, scale, x, ...shape, reflect };
    return inputLayout === 'images'
      ? { fillImages: kernels.bindAssembleAugmentedImages(assembly) }
      : { fillBundle: kernels.bindAssembleAugmentedLanes(assembly) };
  }
  const assembly = { pixels, sampleIds, mean, scale, x, floatsPerImage: sizeOf(shape) };
  if (inputLayout === 'images') return { fillImages: kernels.bindAssembleImages(assembly) };
  const assemble = kernels.bindAssembleLanes(assembly);
  const rowFloats = shape.width * shape.channels;
  return {
    fillBundle: (bundle, images, firstRow, rows) =>
      assemble(bundle, images, firstRow * rowFloats, rows * rowFloats),
  };
}
