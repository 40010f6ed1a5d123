import { MAX_SUMMED_IMAGES } from '../../../src/kernels/constants.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';
import { type Batch, describeBatch } from './windows.js';

const MIDDLE: Batch = { total: 5, first: 1, count: 3 };
const TIGHT: Batch = { total: 4, first: 1, count: 3 };
const EMPTY: Batch = { total: 2, first: 1, count: 0 };
const COUNTS = [0, 1, 3, 4, 5, 7, 8, 13, 15, 16, 17, 31, 32, 33, 63, 65, 100, 1000];
/** Elements before and after those that a call works on. */
const BEFORE = 3;
const AFTER = 5;

export function listAssembleCases(): KernelCase[] {
  return [
    ...[1, 3, 4, 7, 15, 16, 17, 33, 63, 784, 3072].map((floats) => makeAssembleCase(floats, MIDDLE)),
    makeAssembleCase(20, TIGHT),
    makeAssembleCase(20, EMPTY),
  ];
}

function makeAssembleCase(floatsPerImage: number, batch: Batch): KernelCase {
  return makeCase(
    'bindAssembleImages',
    `${floatsPerImage} floats an image, ${describeBatch(batch)}`,
    (memory) => {
      const pixels = memory.input('pixels', Uint8Array.from(memory.integers(8 * floatsPerImage, 0, 255)));
      const sampleIds = memory.input('sampleIds', Int32Array.of(6, 2, 0, 7, 2).slice(0, batch.total));
      const mean = memory.input('mean', memory.uniform(floatsPerImage, 0, 255));
      const scale = memory.input('scale', memory.uniform(floatsPerImage, 0, 2));
      const x = memory.output('x', batch.total * floatsPerImage, toleranceOfSum(2, 2 * 255));
      return [[{ pixels, sampleIds, mean, scale, x, floatsPerImage }, batch.first, batch.count]];
    },
    { tight: batch === TIGHT },
  );
}

export function listPixelSumCases(): KernelCase[] {
  return [
    ...[1, 3, 4, 7, 15, 16, 17, 33, 63, 784, 3072].map((floats) => makePixelSumCase(floats, MIDDLE)),
    makePixelSumCase(20, TIGHT),
    makePixelSumCase(20, EMPTY),
    makeCase('bindSumPixels', 'as many white images as there may be', (memory) => [
      [
        {
          pixels: memory.input('pixels', new Uint8Array(2 * 5).fill(255)),
          sampleIds: memory.input('sampleIds', new Int32Array(MAX_SUMMED_IMAGES).fill(1)),
          sums: memory.outputIntegers('sums', 5),
          squares: memory.outputIntegers('squares', 5),
          floatsPerImage: 5,
        },
        0,
        MAX_SUMMED_IMAGES,
      ],
    ]),
  ];
}

function makePixelSumCase(floatsPerImage: number, batch: Batch): KernelCase {
  return makeCase(
    'bindSumPixels',
    `${floatsPerImage} floats an image, ${describeBatch(batch)}`,
    (memory) => [
      [
        {
          pixels: memory.input('pixels', Uint8Array.from(memory.integers(8 * floatsPerImage, 0, 255))),
          sampleIds: memory.input('sampleIds', Int32Array.of(6, 2, 0, 7, 2).slice(0, batch.total)),
          sums: memory.outputIntegers('sums', floatsPerImage),
          squares: memory.outputIntegers('squares', floatsPerImage),
          floatsPerImage,
        },
        batch.first,
        batch.count,
      ],
    ],
    { tight: batch === TIGHT },
  );
}

export function listReduceCases(): KernelCase[] {
  return [
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 17, 31, 256].map((count) => makeReduceCase(count, 37)),
    ...COUNTS.map((elements) => makeReduceCase(12, elements)),
    makeCase(
      'bindReducePartials',
      'arrays as long as needed',
      (memory) => [
        [
          {
            partials: memory.input('partials', memory.uniform(5 * 21)),
            stride: 21,
            sum: memory.output('sum', 21, 0),
          },
          5,
          2,
          19,
        ],
      ],
      { tight: true },
    ),
  ];
}

/** The order of the sums is fixed, so the results are too. */
function makeReduceCase(count: number, elements: number): KernelCase {
  return makeCase('bindReducePartials', `${count} partials, ${elements} elements`, (memory) => {
    const stride = BEFORE + elements + AFTER;
    const partials = memory.input('partials', memory.uniform(count * stride));
    return [[{ partials, stride, sum: memory.output('sum', stride - 1, 0) }, count, BEFORE, elements]];
  });
}

const SETTINGS = { momentum: 0.9, weightDecay: 0.0005 };

export function listUpdateCases(): KernelCase[] {
  return [
    ...COUNTS.map((count) => makeUpdateCase(count, count % 2 === 0)),
    ...[0, 1, 15, 16, 31, 36].flatMap((position) =>
      [NaN, Infinity, -Infinity, 3e38].map((gradient) => makeDivergedCase(position, gradient)),
    ),
    makeCase('bindSgdUpdate', 'NaN outside the range', (memory) => {
      const w = memory.uniform(40);
      w[1] = NaN;
      w[38] = Infinity;
      const g = memory.input('g', memory.uniform(40));
      const v = memory.output('v', memory.uniform(40), toleranceOfSum(3, 2));
      return [
        [{ w: memory.output('w', w, toleranceOfSum(5, 2)), g, v, ...SETTINGS, nesterov: true }, 0.1, 2, 36],
      ];
    }),
    makeUpdateCase(19, true, { tight: true }),
  ];
}

function makeUpdateCase(count: number, nesterov: boolean, { tight = false } = {}): KernelCase {
  return makeCase(
    'bindSgdUpdate',
    `${count} elements${nesterov ? ', Nesterov' : ''}${tight ? ', arrays as long as needed' : ''}`,
    (memory) => {
      const length = BEFORE + count + (tight ? 0 : AFTER);
      const w = memory.output('w', memory.uniform(length), toleranceOfSum(5, 2));
      const g = memory.input('g', memory.uniform(length));
      const v = memory.output('v', memory.uniform(length), toleranceOfSum(3, 2));
      return [[{ w, g, v, ...SETTINGS, nesterov }, 0.05, BEFORE, count]];
    },
    { tight },
  );
}

/** A gradient that makes one weight, in the vectors or in the tail, NaN or infinite (3e38 · 100 overflows). */
function makeDivergedCase(position: number, gradient: number): KernelCase {
  return makeCase('bindSgdUpdate', `a gradient of ${gradient} at ${position}`, (memory) => {
    const gradients = memory.uniform(37);
    gradients[position] = gradient;
    const w = memory.output('w', memory.uniform(37), toleranceOfSum(5, 200));
    const v = memory.output('v', memory.uniform(37), toleranceOfSum(3, 2));
    const g = memory.input('g', gradients);
    return [[{ w, g, v, momentum: 0.9, weightDecay: 0, nesterov: false }, 100, 0, 37]];
  });
}

export function listChangeCases(): KernelCase[] {
  return [
    ...COUNTS.map((count) => makeChangeCase(`${count} elements`, count, () => {})),
    ...[0, 15, 16, 36].map((position) =>
      makeChangeCase(`the greatest at ${position}`, 37, (w) => {
        w[BEFORE + position] = -7;
      }),
    ),
    ...[NaN, Infinity, -Infinity].map((value) =>
      makeChangeCase(`a weight of ${value}`, 37, (w) => {
        w[BEFORE + 20] = value;
      }),
    ),
    makeChangeCase('far greater outside the range', 19, (w) => {
      w[BEFORE - 1] = 100;
      w[BEFORE + 19] = 100;
    }),
    makeCase(
      'bindMeasureChange',
      'arrays as long as needed',
      (memory) => [
        [
          {
            w: memory.input('w', memory.uniform(21)),
            previous: memory.output('previous', memory.uniform(21), 0),
          },
          BEFORE,
          21 - BEFORE,
        ],
      ],
      { tight: true },
    ),
  ];
}

function makeChangeCase(title: string, count: number, change: (w: Float32Array) => void): KernelCase {
  return makeCase('bindMeasureChange', title, (memory) => {
    const w = memory.uniform(BEFORE + count + AFTER);
    const previous = memory.output('previous', memory.uniform(w.length), 0);
    change(w);
    return [[{ w: memory.input('w', w), previous }, BEFORE, count]];
  });
}

export function listAverageCases(): KernelCase[] {
  return [
    ...COUNTS.map((count) => makeAverageCase(`${count} elements`, BEFORE + count + AFTER, count, 0.3)),
    ...[0, 1].map((share) => makeAverageCase(`a share of ${share}`, 40, 30, share)),
    makeAverageCase('arrays as long as needed', BEFORE + 21, 21, 0.9, true),
  ];
}

function makeAverageCase(
  title: string,
  length: number,
  count: number,
  share: number,
  tight = false,
): KernelCase {
  return makeCase(
    'bindAverageWeights',
    title,
    (memory) => {
      const w = memory.output('w', memory.uniform(length), toleranceOfSum(3, 2));
      const slow = memory.output('slow', memory.uniform(length), toleranceOfSum(3, 2));
      return [[{ w, slow }, share, BEFORE, count]];
    },
    { tight },
  );
}
