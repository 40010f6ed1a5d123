import { type KernelCase, makeCase } from './kernel-case.js';

const KEY = [0x89abcdef, 0xfedcba98] as const;
/** About the 128 numbers that native sets draw at a time, and the 4 words of a block. */
const COUNTS = [0, 1, 2, 3, 4, 5, 63, 64, 127, 128, 129, 255, 256, 257, 1000];
const FIRSTS = [0, 1, 2, 3, 4, 126, 127, 128, 130];

type DrawMethod = 'bindDrawNormal' | 'bindDrawUniform';

/** What either takes: the other's spread is not read. */
const draw = (values: Float32Array, spread: number) => ({
  values,
  deviation: spread,
  reach: spread,
  key: KEY,
});

/** Native sets must give the reference's bits: a run begins with these numbers. */
export function listDrawCases(): KernelCase[] {
  return (['bindDrawNormal', 'bindDrawUniform'] as const).flatMap((method) => [
    ...COUNTS.map((count) => makeDrawCase(method, 0, count)),
    ...FIRSTS.map((first) => makeDrawCase(method, first, 133)),
    // Enough to come as far out as 2⁻¹⁴.
    makeDrawCase(method, 0, 20_000),
    makeTightCase(method),
  ]);
}

function makeDrawCase(method: DrawMethod, first: number, count: number): KernelCase {
  return makeCase(method, `${count} numbers from ${first}`, (memory) => [
    [draw(memory.output('values', first + count + 3, 0), 0.1), first, count],
  ]);
}

function makeTightCase(method: DrawMethod): KernelCase {
  return makeCase(
    method,
    'an array that just holds them',
    (memory) => [[draw(memory.output('values', 12, 0), 2), 5, 7]],
    { tight: true },
  );
}
