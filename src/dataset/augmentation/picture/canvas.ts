import { type Shape, sizeOf } from '../../../core/shape.js';

/** An image of bytes, and room for another one, which operations change in place. What they do is what Pillow does, to the last bit. */
export interface Canvas {
  /** Of 1 channel, grey, or 3: red, green, blue. */
  readonly shape: Shape;
  /** height×width×channels. */
  readonly pixels: Uint8Array;
  /** As long; its contents mean nothing between operations. */
  readonly spare: Uint8Array;
}

export function makeCanvas(shape: Shape): Canvas {
  return { shape, pixels: new Uint8Array(sizeOf(shape)), spare: new Uint8Array(sizeOf(shape)) };
}
