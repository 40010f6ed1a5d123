/** Of a PNG's signature, and of a chunk's length, type and checksum (RFC 2083). */
const SIGNATURE_BYTES = 8;
const FIELD_BYTES = 4;
const FRAME_BYTES = 3 * FIELD_BYTES;

/** What says how pixels look, beside what a picture cannot do without. */
const KEPT_TYPES = ['tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'eXIf'];
/** The bit of a type's first letter, a small one, that tells what a decoder may leave out. */
const ANCILLARY_BIT = 0x20;

/**
 * Takes out of a PNG what is no part of the picture, such as texts: the decoder unpacks each of them, and fifty of a few kilobytes take gigabytes.
 * Done as far as lengths tell where chunks are; what is behind a wrong one is left to the decoder to complain of.
 *
 * @param png overwritten
 * @returns its beginning
 */
export function dropTexts(png: Buffer): Buffer {
  let length = SIGNATURE_BYTES;
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const isChunk = at + FRAME_BYTES <= png.length;
    const end = isChunk ? Math.min(png.length, at + FRAME_BYTES + png.readUInt32BE(at)) : png.length;
    if (!isChunk || isKept(png, at + FIELD_BYTES)) {
      png.copyWithin(length, at, end);
      length += end - at;
    }
    at = end;
  }
  return png.subarray(0, length);
}

function isKept(png: Buffer, at: number): boolean {
  const isAncillary = (png[at]! & ANCILLARY_BIT) !== 0;
  return !isAncillary || KEPT_TYPES.includes(png.toString('latin1', at, at + FIELD_BYTES));
}
