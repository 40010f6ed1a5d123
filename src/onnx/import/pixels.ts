import type { Shape } from '../../core/shape.js';
import type { Constant } from './constants.js';
import type { PixelValue } from './values.js';

/** Grey or coloured. */
const IMAGE_CHANNELS = [1, 3];

/** Pixels whose channels stand last by all appearance: nobody has turned them, and their first dimension is no number of channels. */
export function areChannelsLast({ sizes }: PixelValue): boolean {
  return !IMAGE_CHANNELS.includes(sizes[0]!) && IMAGE_CHANNELS.includes(sizes[2]!);
}

/** h×w×c as c×h×w. */
export function turnPixels(pixels: PixelValue): PixelValue {
  const [height, width, channels] = pixels.sizes as [number, number, number];
  return {
    form: 'pixels',
    sizes: [channels, height, width],
    mean: turn(pixels.mean),
    scale: turn(pixels.scale),
  };
}

function turn({ dims, values }: Constant): Constant {
  const [height, width, channels] = widen(dims);
  const turned = new Float32Array(values.length);
  for (let pixel = 0, from = 0; pixel < height * width; pixel++) {
    for (let c = 0; c < channels; c++) turned[c * height * width + pixel] = values[from++]!;
  }
  return { dims: [channels, height, width], values: turned };
}

function widen(dims: readonly number[]): [number, number, number] {
  return [1, 1, 1, ...dims].slice(-3) as [number, number, number];
}

/** Numbers that are broadcast to c×h×w as h×w×c. */
export function spread({ dims, values }: Constant, { height, width, channels }: Shape): Float32Array {
  const [c, h, w] = widen(dims);
  const result = new Float32Array(height * width * channels);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        const from = ((c === 1 ? 0 : channel) * h + (h === 1 ? 0 : y)) * w + (w === 1 ? 0 : x);
        result[to++] = values[from]!;
      }
    }
  }
  return result;
}
