import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../../src/report/png.js';

/** The chunks of a PNG: type, data and checksum. */
function readChunks(png: Buffer): { type: string; data: Buffer; crc: number }[] {
  const chunks = [];
  for (let offset = 8; offset < png.length; ) {
    const length = png.readUInt32BE(offset);
    const data = png.subarray(offset + 8, offset + 8 + length);
    const type = png.toString('latin1', offset + 4, offset + 8);
    chunks.push({ type, data, crc: png.readUInt32BE(offset + 8 + length) });
    offset += 12 + length;
  }
  return chunks;
}

describe('a PNG', () => {
  it.each([
    [1, 0],
    [3, 2],
  ])('of %d channels gives its pixels back', (channels, colorType) => {
    const [height, width] = [3, 5];
    const pixels = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 37) % 256);
    const png = encodePng(pixels, { height, width, channels });
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    const [header, data, end] = readChunks(png);
    expect([header!.type, data!.type, end!.type]).toEqual(['IHDR', 'IDAT', 'IEND']);
    expect([...header!.data]).toEqual([0, 0, 0, width, 0, 0, 0, height, 8, colorType, 0, 0, 0]);
    // The one checksum that all PNGs share.
    expect(end!.crc).toBe(0xae426082);
    const rows = inflateSync(data!.data);
    for (let y = 0; y < height; y++) {
      const row = rows.subarray(y * (width * channels + 1), (y + 1) * (width * channels + 1));
      expect(row[0]).toBe(0);
      expect([...row.subarray(1)]).toEqual([
        ...pixels.subarray(y * width * channels, (y + 1) * width * channels),
      ]);
    }
  });

  it('has grey or colour', () => {
    expect(() => encodePng(new Uint8Array(4), { height: 1, width: 2, channels: 2 })).toThrow('found 2');
  });
});
