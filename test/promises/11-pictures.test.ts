import sharp, { type Sharp } from 'sharp';
import { it } from 'vitest';
import { readImage } from '../../src/image/read-image.js';
import { makePngChunk, PNG_SIGNATURE } from '../../src/report/png.js';
import { type ParseFile, type Seed, tryMutantFiles } from '../helpers/hostile/try-mutants.js';

/** A small picture in many colours. */
function draw(channels: 1 | 2 | 3 | 4): Sharp {
  const [height, width] = [7, 6];
  const pixels = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 37) % 256);
  const picture = sharp(pixels, { raw: { height, width, channels } });
  return channels < 3 ? picture.toColourspace('b-w') : picture;
}

/** Read whole and scaled. */
function makeSeeds(name: string, bytes: Buffer, wrap?: (mutant: Buffer) => Buffer): Seed<ParseFile>[] {
  const seed = { bytes, ...(wrap ? { wrap } : {}) };
  return [
    { ...seed, name, parse: (file) => readImage(file) },
    { ...seed, name: `${name}, scaled`, parse: (file) => readImage(file, { size: [5, 5], channels: 1 }) },
  ];
}

it('changed pictures are read, or refused in a line', async () => {
  const png = {
    'coloured PNG': draw(3).png(),
    'grey PNG with alpha': draw(2).png(),
    'PNG with a palette': draw(4).png({ palette: true }),
    'PNG in passes, 16 bits': draw(4).toColourspace('rgb16').png({ progressive: true }),
    'PNG with a profile and EXIF': draw(3).withIccProfile('p3').withMetadata({ orientation: 6 }).png(),
  };
  const others = {
    'coloured JPEG': draw(3).jpeg(),
    'grey JPEG': draw(1).jpeg(),
    'JPEG in passes': draw(3).jpeg({ progressive: true }),
    'JPEG with a profile, turned': draw(3).withIccProfile('srgb').withMetadata({ orientation: 5 }).jpeg(),
    'JPEG in CMYK': draw(3).toColourspace('cmyk').jpeg(),
    WebP: draw(3).webp(),
    'WebP without loss': draw(4).webp({ lossless: true }),
    'WebP with alpha and EXIF': draw(4).withMetadata({ orientation: 3 }).webp(),
  };
  const seeds: Seed<ParseFile>[] = [];
  for (const [name, picture] of Object.entries({ ...png, ...others })) {
    seeds.push(...makeSeeds(name, await picture.toBuffer()));
  }
  for (const [name, picture] of Object.entries(png)) {
    seeds.push(...makeSeeds(`${name}, checksums mended`, await picture.toBuffer(), mendPng));
  }
  await tryMutantFiles('pictures', seeds);
});

/** Gives every chunk of a PNG its checksum, as far as lengths tell where chunks are. */
function mendPng(png: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let at = PNG_SIGNATURE.length;
  while (at + 12 <= png.length) {
    const end = at + 8 + png.readUInt32BE(at);
    if (end + 4 > png.length) break;
    chunks.push(makePngChunk(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, end)));
    at = end + 4;
  }
  return Buffer.concat([png.subarray(0, PNG_SIGNATURE.length), ...chunks, png.subarray(at)]);
}
