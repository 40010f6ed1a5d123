import { philox } from '../../../src/core/rng.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { type Batch, describeBatch } from './windows.js';

const MIDDLE: Batch = { total: 6, first: 2, count: 3 };
const TIGHT: Batch = { total: 4, first: 1, count: 3 };
const EMPTY: Batch = { total: 2, first: 1, count: 0 };
const KEY = [0x89abcdef, 0xfedcba98] as const;

/** Masks must agree to the bit: they are part of a run's result. */
export function listDropoutCases(): KernelCase[] {
  return [
    ...[1, 2, 3, 4, 5, 7, 8, 10, 15, 16, 17, 31, 33, 63, 64, 65, 100, 500, 1000].map((floats) =>
      makeDropoutCase(floats, 0.5, 7, MIDDLE),
    ),
    ...[0, 1e-9, 0.1, 0.25, 1 / 3, 0.9, 0.999].map((rate) => makeDropoutCase(131, rate, 100_000, MIDDLE)),
    makeDropoutCase(37, 0.5, 1, TIGHT),
    makeDropoutCase(37, 0.5, 1, EMPTY),
    makeThresholdCase(0),
    makeThresholdCase(1),
    makeInPlaceCase(),
    makeDiscardCase(),
  ];
}

function makeDropoutCase(floatsPerImage: number, rate: number, epoch: number, batch: Batch): KernelCase {
  return makeCase(
    'bindDropout',
    `${floatsPerImage} elements an image, rate ${rate}, ${describeBatch(batch)}`,
    (memory) => {
      const x = memory.input('x', memory.uniform(batch.total * floatsPerImage));
      const y = memory.output('y', x.length, 0);
      const sampleIds = memory.input(
        'sampleIds',
        Int32Array.of(59_999, 0, 7, 0x7fffffff, 1, 65_536).slice(0, batch.total),
      );
      return [[{ x, y, rate, key: KEY, sampleIds, floatsPerImage }, epoch, batch.first, batch.count]];
    },
    { tight: batch === TIGHT },
  );
}

/**
 * A rate that is exactly one element's random word over 2³², plus `excess` parts of 2³²: that element is kept if `excess` is 0 and
 * dropped if it is 1. A rate rounded to float32 gets one of the two wrong.
 */
function makeThresholdCase(excess: 0 | 1): KernelCase {
  return makeCase(
    'bindDropout',
    `a rate ${excess === 0 ? 'equal to' : 'just above'} a random word`,
    (memory) => {
      const block = new Uint32Array(4);
      philox(KEY, 0, 5, 1, 0, block);
      const rate = (block[1]! + excess) / 2 ** 32;
      const x = memory.input('x', memory.uniform(8));
      const y = memory.output('y', 8, 0);
      const sampleIds = memory.input('sampleIds', Int32Array.of(5));
      return [[{ x, y, rate, key: KEY, sampleIds, floatsPerImage: 8 }, 1, 0, 1]];
    },
  );
}

function makeInPlaceCase(): KernelCase {
  return makeCase('bindDropout', 'in place', (memory) => {
    const x = memory.output('x', memory.uniform(3 * 50), 0);
    const sampleIds = memory.input('sampleIds', Int32Array.of(3, 1, 2));
    return [[{ x, y: x, rate: 0.5, key: KEY, sampleIds, floatsPerImage: 50 }, 3, 0, 3]];
  });
}

/** What is dropped is 0, or NaN where it was not finite. */
function makeDiscardCase(): KernelCase {
  return makeCase('bindDropout', 'NaN and infinity', (memory) => {
    const x = memory.input(
      'x',
      memory.integers(100, -1, 1).map((value) => value / 0),
    );
    const y = memory.output('y', 100, 0);
    const sampleIds = memory.input('sampleIds', Int32Array.of(3));
    return [[{ x, y, rate: 0.5, key: KEY, sampleIds, floatsPerImage: 100 }, 3, 0, 1]];
  });
}
