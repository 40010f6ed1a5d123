import type { Metadata } from 'sharp';

/** The formats that are read, by the bytes that they begin with: sharp knows more, some of which fetch other files or run programs. */
const SIGNATURES = {
  png: (start) => start.startsWith('\x89PNG\r\n\x1a\n'),
  jpeg: (start) => start.startsWith('\xff\xd8\xff'),
  webp: (start) => start.startsWith('RIFF') && start.slice(8) === 'WEBP',
} as const satisfies Record<string, (start: string) => boolean>;

export type PictureFormat = keyof typeof SIGNATURES;

/** That tell them apart. */
export const SIGNATURE_BYTES = 12;

/** The format of what begins with these bytes; null if it is none that is read. */
export function findFormat(start: Uint8Array): PictureFormat | null {
  const text = Buffer.from(start.subarray(0, SIGNATURE_BYTES)).toString('latin1');
  const formats = Object.keys(SIGNATURES) as PictureFormat[];
  return formats.find((format) => SIGNATURES[format](text)) ?? null;
}

/**
 * Memory that a picture takes while it is read, in bytes a pixel, at most: what comes out, and what its decoder holds. Most are decoded
 * line by line; some come in several passes over the whole, or are turned.
 *
 * @param whole whether it is read in its own size, not scaled down while it is decoded
 */
export function bytesPerPixel(format: PictureFormat, metadata: Metadata, whole: boolean): number {
  const { channels, isProgressive, hasAlpha, orientation = 1 } = metadata;
  const output = whole ? 3 : 0;
  const alpha = whole && hasAlpha ? 1 : 0;
  const turned = whole && orientation > 1 ? 3 : 0;
  return output + alpha + turned + decoderBytes();

  function decoderBytes(): number {
    if (format === 'webp') return whole ? 8 : 4;
    if (!isProgressive) return 0;
    // Coefficients of 16 bits, or the pixels.
    return format === 'jpeg' ? 2 * channels : storedBytesPerPixel(metadata);
  }
}

/** Of a pixel as the format has it. */
export function storedBytesPerPixel({ channels, depth }: Metadata): number {
  return channels * (depth === 'ushort' ? 2 : 1);
}
