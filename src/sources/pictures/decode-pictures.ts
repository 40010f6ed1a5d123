import { totalmem } from 'node:os';
import { countCores } from '../../core/count-cores.js';
import { UserError } from '../../core/errors.js';
import { mapSome } from '../../core/map-some.js';
import { formatShape, type Shape, sizeOf } from '../../core/shape.js';
import { allocateSharedBytes } from '../../dataset/shared-bytes.js';
import { type Picture, type ReadOptions, readImage } from '../../image/read-image.js';

/** Pictures as a data set has them. */
export interface DecodedPictures {
  readonly shape: Shape;
  /** n×h×w×c, over a SharedArrayBuffer. */
  readonly pixels: Uint8Array;
  /** How many the background shows through. */
  readonly transparent: number;
}

/** What a list of broken pictures shows of them. */
const SHOWN = 24;

/**
 * Decodes pictures, some at once: libvips has threads of its own, as many as UV_THREADPOOL_SIZE says (4). The pixels do not depend on it.
 *
 * @param where names them all in messages
 * @throws UserError that lists all that are broken, or if they have several sizes and none is asked for
 */
export async function decodePictures(
  files: readonly string[],
  options: ReadOptions,
  where: string,
): Promise<DecodedPictures> {
  const faults: string[] = [];
  let first: Picture | null = null;
  const odd: number[] = [];
  const decoded = await mapSome(files, Math.max(4, countCores()), async (file, i) => {
    try {
      const picture = await readImage(file, options);
      if (first === null) checkRoom(picture, files.length, where);
      first ??= picture;
      if (hasSize(picture, first)) return picture;
      odd.push(i);
      return { ...picture, pixels: new Uint8Array() };
    } catch (error) {
      if (!(error instanceof UserError) || error.message.startsWith(`${where}: `)) throw error;
      faults.push(describeFault(file, error));
      return null;
    }
  });
  if (faults.length > 0) throw explainBroken(faults, files.length, where);
  if (odd.length > 0) throw explainSizes(decoded as Picture[], files, where);
  return join(decoded as (Picture | null)[], options.channels, where);
}

function hasSize(picture: Shape, { height, width }: Shape): boolean {
  return picture.height === height && picture.width === width;
}

/** Before all of them are in memory. */
function checkRoom(picture: Picture, count: number, where: string): void {
  const bytes = count * sizeOf(picture);
  if (bytes <= totalmem()) return;
  throw new UserError(
    `${where}: expected pictures that fit into memory, found ${count} of ${formatShape(picture)}, which take ${bytes} bytes. Give a smaller resize.`,
  );
}

/** The file, and what is wrong with it, out of the message of its own. */
function describeFault(file: string, { message }: UserError): string {
  const found = /, found (.*?)\. [A-Z]/.exec(message)?.[1] ?? message.replace(`${file}: `, '');
  return `${file} (${found})`;
}

function explainBroken(faults: readonly string[], count: number, where: string): UserError {
  const rest = faults.length - SHOWN;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return new UserError(
    `${where}: expected pictures that can be read, found ${faults.length} of ${count} that cannot: ` +
      `${[...faults].sort().slice(0, SHOWN).join(', ')}${more}. Mend, convert or remove them.`,
  );
}

function explainSizes(pictures: readonly Picture[], files: readonly string[], where: string): UserError {
  const [first] = pictures;
  const other = pictures.findIndex((picture) => !hasSize(picture, first!));
  const size = ({ height, width }: Shape) => `${height}×${width}`;
  return new UserError(
    `${where}: expected pictures of one size, or the option resize, found ${size(first!)} in ${files[0]} and ` +
      `${size(pictures[other]!)} in ${files[other]}. Give it: resize=${first!.height}x${first!.width}.`,
  );
}

/** Takes the pictures out of their list, which would keep them in memory twice. */
function join(pictures: (Picture | null)[], asked: 1 | 3 | undefined, where: string): DecodedPictures {
  const { height, width } = pictures[0]!;
  const channels = asked ?? (pictures.some((picture) => picture!.channels === 3) ? 3 : 1);
  const shape = { height, width, channels };
  const size = sizeOf(shape);
  const pixels = allocateSharedBytes(pictures.length * size, where);
  let transparent = 0;
  for (let i = 0; i < pictures.length; i++) {
    const picture = pictures[i]!;
    const to = pixels.subarray(i * size, (i + 1) * size);
    if (picture.channels === channels) to.set(picture.pixels);
    else for (let at = 0; at < size; at++) to[at] = picture.pixels[Math.floor(at / 3)]!;
    if (picture.transparent) transparent++;
    pictures[i] = null;
  }
  return { shape, pixels, transparent };
}
