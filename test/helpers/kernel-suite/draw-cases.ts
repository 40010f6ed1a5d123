import { type KernelCase, makeCase } from './kernel-case.js';

const KEY = [0x89abcdef, 0xfedcba98] as const;
/** About the 128 numbers that native sets draw at a time, and the 4 words of a block. */
const COUNTS = [0, 1, 2, 3, 4, 5, 63, 64, 127, 128, 129, 255, 256, 257, 1000];
const FIRSTS = [0, 1, 2, 3, 4, 126, 127, 128, 130];

/** Native sets must give the reference's bits: a run begins with these numbers. */
export function listDrawCases(): KernelCase[] {
  return (['drawNormal', 'drawUniform'] as const).flatMap((method) => [
    ...COUNTS.map((count) => makeDrawCase(method, 0, count)),
    ...FIRSTS.map((first) => makeDrawCase(method, first, 133)),
    // Enough to come as far out as 2⁻¹⁴.
    makeDrawCase(method, 0, 20_000),
    makeTightCase(method),
  ]);
}

function makeDrawCase(method: 'drawNormal' | 'drawUniform', first: number, count: number): KernelCase {
  return makeCase(method, `${count} numbers from ${first}`, (memory) => [
    [memory.output('values', first + count + 3, 0), 0.1, KEY, first, count],
  ]);
}

function makeTightCase(method: 'drawNormal' | 'drawUniform'): KernelCase {
  return makeCase(
    method,
    'an array that just holds them',
    (memory) => [[memory.output('values', 12, 0), 2, KEY, 5, 7]],
    { tight: true },
  );
}
