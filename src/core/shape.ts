/** The shape of one image or feature map stack: height × width × channels (channels last). */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** How many floats (or bytes of pixels) one image of this shape has. */
export function sizeOf(shape: Shape): number {
  return shape.height * shape.width * shape.channels;
}

/** For messages and tables: `28×28×1`. */
export function formatShape(shape: Shape): string {
  return `${shape.height}×${shape.width}×${shape.channels}`;
}
