import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';
import { type Batch, describeBatch } from './windows.js';

const SAMPLES = 11;
const MIDDLE: Batch = { total: 9, first: 2, count: 5 };
const TIGHT: Batch = { total: 6, first: 1, count: 5 };
const EMPTY: Batch = { total: 3, first: 1, count: 0 };
const MANY: Batch = { total: 40, first: 3, count: 33 };
/** As a mini-batch of 100 has it. */
const GRADIENT_SCALE = 0.01;

export function listRegressionCases(): KernelCase[] {
  return [
    ...[1, 2, 3, 7, 16, 17, 100].flatMap((components) => [
      makeDistanceCase(components, 4, MIDDLE, true),
      makeDistanceCase(components, 1e4, MIDDLE, false),
    ]),
    makeDistanceCase(3, 4, MANY, true),
    makeDistanceCase(3, 4, EMPTY, true),
    makeDistanceCase(3, 4, TIGHT, true),
    ...[NaN, Infinity, -Infinity].map(makeDivergedCase),
  ];
}

function makeDistanceCase(
  components: number,
  magnitude: number,
  batch: Batch,
  withGradient: boolean,
): KernelCase {
  return makeCase(
    'bindSquaredDistance',
    `${components} components of ±${magnitude}, ${describeBatch(batch)}${withGradient ? ', gradient' : ''}`,
    (memory) => {
      const values = (rows: number) => memory.uniform(rows * components, -magnitude, magnitude);
      const outputs = memory.input('outputs', values(batch.total));
      const targets = memory.input('targets', values(SAMPLES));
      const ids = memory.integers(batch.total, 0, SAMPLES - 1);
      // The last sample, behind which there is nothing.
      ids[batch.first] = SAMPLES - 1;
      const sampleIds = memory.input('sampleIds', Int32Array.from(ids));
      const tolerance = GRADIENT_SCALE * toleranceOfSum(1, 2 * magnitude);
      const dOutputs = withGradient ? memory.output('dOutputs', outputs.length, tolerance) : null;
      const loss = memory.output('loss', batch.total, toleranceOfSum(components, (2 * magnitude) ** 2));
      const arrays = { components, outputs, targets, sampleIds, dOutputs, loss };
      return [[arrays, GRADIENT_SCALE, batch.first, batch.count]];
    },
    { tight: batch === TIGHT },
  );
}

/** An output that is not finite must show in the loss, wherever it stands. */
function makeDivergedCase(value: number): KernelCase {
  const components = 19;
  return makeCase('bindSquaredDistance', `an output of ${value}`, (memory) => {
    const values = memory.uniform(components * components);
    for (let image = 0; image < components; image++) values[image * components + image] = value;
    const outputs = memory.input('outputs', values);
    const targets = memory.input('targets', memory.uniform(components));
    const sampleIds = memory.input('sampleIds', new Int32Array(components));
    const loss = memory.output('loss', components, 0);
    return [[{ components, outputs, targets, sampleIds, dOutputs: null, loss }, 1, 0, components]];
  });
}
