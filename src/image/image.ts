/** A picture as bytes. */
export interface Image {
  readonly height: number;
  readonly width: number;
  /** Grey, or red, green and blue. */
  readonly channels: 1 | 3;
  /** h×w×c, 0..255. */
  readonly pixels: Uint8Array;
}
