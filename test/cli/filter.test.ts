import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImage } from '../../src/image/read-image.js';
import { writePng } from '../../src/image/write-png.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { filterCommand } from './fake-command.js';

/** A white square on black, 6×6 in 12×12. */
async function drawSquare(): Promise<{ file: string; out: string }> {
  const folder = makeFolder();
  const file = join(folder, 'square.png');
  const pixels = Uint8Array.from({ length: 144 }, (_, i) => {
    const [y, x] = [Math.floor(i / 12), i % 12];
    return y >= 3 && y < 9 && x >= 3 && x < 9 ? 255 : 0;
  });
  await writePng(file, { height: 12, width: 12, channels: 1, pixels });
  return { file, out: join(folder, 'out.png') };
}

describe('filter', () => {
  it('writes what a kernel makes of a picture', async () => {
    const { file, out } = await drawSquare();
    const { exitCode, out: text } = await filterCommand([file, '--kernel', 'sobel-x', '--out', out]);
    expect([exitCode, text]).toEqual([0, `${out}: 10×10\n`]);
    const { height, width, pixels } = await readImage(out);
    expect([height, width]).toEqual([10, 10]);
    // The middle row: bright at both vertical edges, dark between them and outside.
    expect([...pixels.subarray(50, 60)]).toEqual([0, 255, 255, 0, 0, 0, 0, 255, 255, 0]);
  });

  it('takes numbers, and a tone', async () => {
    const { file, out } = await drawSquare();
    const args = [file, '--kernel', '[[-1, 1]]', '--tone', 'signed', '--out', out];
    expect((await filterCommand(args)).exitCode).toBe(0);
    const { pixels } = await readImage(out);
    expect([...pixels.subarray(5 * 11, 6 * 11)]).toEqual([
      128, 128, 255, 128, 128, 128, 128, 128, 0, 128, 128,
    ]);
  });

  it.each([
    [['--kernel', 'sobel-z'], /^--kernel: unknown kernel 'sobel-z'\. Did you mean 'sobel-[xy]'\?/],
    [['--kernel', '[[1,2],[3]]'], /^--kernel: expected rows of one length, found/],
    [['--kernel', '[[1,"a"]]'], /^--kernel: field '\[0\]\[1\]': expected number/],
    [['--kernel', '[[1'], /^--kernel: line 1, column 4: expected JSON/],
    [['--kernel', JSON.stringify([new Array(13).fill(1)])], /at most 12×12, the picture's size, found 1×13/],
    [['--kernel', 'sobel', '--tone', 'loud'], /^--tone: unknown tone 'loud'/],
    [[], /required option '--kernel <kernel>' not specified/],
  ])('refuses %j', async (args, message) => {
    const { file, out } = await drawSquare();
    const { exitCode, err } = await filterCommand([file, ...args, '--out', out]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });
});
