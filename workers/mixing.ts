import { sizeOf } from '../src/core/shape.js';
import { type Mix, MixingDraws, partnerOf } from '../src/dataset/augmentation/mixing.js';
import { TRANSFORM_WORDS } from '../src/dataset/transform.js';
import { BUNDLE_IMAGES } from '../src/kernels/constants.js';
import type { Kernels } from '../src/kernels/kernels.js';
import { allocateLike, allocateWords } from '../src/kernels/memory.js';
import type { BoundNetwork } from '../src/network/bind.js';
import type { BatchArrays, RunSettings } from '../src/parallel/protocol.js';
import type { Normalization } from '../src/run/normalize.js';
import { bindFiller, type Mixer, type Source } from './assembly.js';
import type { Images } from './images.js';

/**
 * Mixes images that are in the input with others of the mini-batch, as the training step at hand draws it, and names the others' labels in `mix`; null
 * for a run that mixes none. The others are assembled once more beside the input, augmented as they are there: so no unit waits for another.
 */
export function bindMixer(
  { augmentation, seed }: Pick<RunSettings, 'augmentation' | 'seed'>,
  normalization: Normalization,
  { kernels, network }: { kernels: Kernels; network: BoundNetwork },
  source: Source,
  images: Images,
  mix: BatchArrays['mix'],
): Mixer | null {
  if (augmentation.mixing === undefined || mix === null) return null;
  const { input, batch } = network;
  const { width, channels } = input.shape;
  const size = sizeOf(input.shape);
  const draws = new MixingDraws(augmentation.mixing, input.shape, seed);
  const ids = allocateWords(images.ids.length);
  const words = allocateWords(images.transforms?.words.length ?? 0);
  const transforms = images.transforms && { ...images.transforms, words };
  const others = allocateLike(input.value, input.value.length);
  const filler = bindFiller(normalization, kernels, network, { ...images, ids, transforms }, others);
  const blend = kernels.bindFollowWeights({ w: others, average: input.value });
  let drawnInStep = -1;
  let drawn: Mix | null = null;
  const draw = () => {
    if (drawnInStep !== batch.step) drawn = draws.draw(batch.epoch, batch.step);
    drawnInStep = batch.step;
    return drawn;
  };
  /** Rows of an image, or of a bundle's images at once, whose elements lie side by side. */
  const blendRows = (
    { rectangle, share }: Mix,
    { begin, lanes, top, bottom }: { begin: number; lanes: number; top: number; bottom: number },
  ) => {
    const elements = channels * lanes;
    for (let y = top; y < bottom; y++)
      blend(share, begin + (y * width + rectangle.left) * elements, rectangle.width * elements);
  };
  return {
    update(first, count) {
      const share = draw()?.labelShare ?? 0;
      for (let i = first; i < first + count; i++) {
        const partner = partnerOf(i, batch.size);
        const sample = source.sampleAt(partner);
        mix.labels[i] = source.labels[sample]!;
        mix.shares[i] = share;
        images.show(partner, sample);
        ids[i] = images.ids[partner]!;
        if (images.transforms) copyTransform(images.transforms.words, partner, words, i);
      }
    },
    mixImages(first, count) {
      const now = draw();
      if (now === null) return;
      filler.fillImages!(first, count);
      const { top, height } = now.rectangle;
      for (let i = first; i < first + count; i++)
        blendRows(now, { begin: i * size, lanes: 1, top, bottom: top + height });
    },
    mixBundle(bundle, lanes, firstRow, rows) {
      const now = draw();
      if (now === null) return;
      const { rectangle } = now;
      const top = Math.max(firstRow, rectangle.top);
      const bottom = Math.min(firstRow + rows, rectangle.top + rectangle.height);
      if (bottom <= top) return;
      filler.fillBundle!(bundle, lanes, top, bottom - top);
      blendRows(now, { begin: bundle * size * BUNDLE_IMAGES, lanes: BUNDLE_IMAGES, top, bottom });
    },
  };
}

function copyTransform(from: Int32Array, image: number, to: Int32Array, i: number): void {
  for (let word = 0; word < TRANSFORM_WORDS; word++)
    to[i * TRANSFORM_WORDS + word] = from[image * TRANSFORM_WORDS + word]!;
}
