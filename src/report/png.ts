import { deflateSync } from 'node:zlib';
import { computeCrc32 } from '../core/crc32.js';

/** What a PNG begins with. */
export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** PNG's colour types, by the number of channels. */
const COLOR_TYPES: Readonly<Record<number, number>> = { 1: 0, 3: 2 };

/**
 * Encodes an image as PNG (RFC 2083), 8 bits a channel.
 *
 * @param pixels h×w×c, c being 1 (grey) or 3 (red, green, blue)
 */
export function encodePng(
  pixels: Uint8Array,
  { height, width, channels }: { height: number; width: number; channels: number },
): Buffer {
  const colorType = COLOR_TYPES[channels];
  if (colorType === undefined) throw new Error(`png: expected 1 or 3 channels, found ${channels}.`);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colorType, 0, 0, 0], 8);
  const rowBytes = width * channels;
  // Each row begins with the number of its filter: 0, none.
  const rows = Buffer.alloc(height * (1 + rowBytes));
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), y * (1 + rowBytes) + 1);
  }
  return Buffer.concat([
    PNG_SIGNATURE,
    makePngChunk('IHDR', header),
    makePngChunk('IDAT', deflateSync(rows, { level: 9 })),
    makePngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A chunk of a PNG, with its length and its checksum. */
export function makePngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(computeCrc32(body));
  return Buffer.concat([length, body, crc]);
}
