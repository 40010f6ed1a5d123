import type { WindowGeometry } from '../../../src/kernels/geometry.js';
import { inputFloats, outputFloats } from '../../../src/kernels/reference/window.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';
import { makeShares, POOLING_WINDOWS } from './pooling-cases.js';
import { type Batch, describeBatch, describeWindow } from './windows.js';

const MIDDLE: Batch = { total: 4, first: 1, count: 2 };
const EMPTY: Batch = { total: 2, first: 2, count: 0 };
/** Arrays as long as the call needs. */
const TIGHT: Batch = { total: 2, first: 1, count: 1 };

export function listTrainablePoolingCases(): KernelCase[] {
  const [someWindow] = POOLING_WINDOWS.slice(-5);
  return [
    ...POOLING_WINDOWS.flatMap((g, i) => [
      makeForwardCase(g, MIDDLE),
      makeBackwardCase(g, MIDDLE, true),
      makeBackwardCase(g, MIDDLE, i % 2 === 0),
    ]),
    ...[EMPTY, TIGHT].flatMap((batch) => [
      makeForwardCase(someWindow!, batch),
      makeBackwardCase(someWindow!, batch, true),
    ]),
  ];
}

function makeForwardCase(g: WindowGeometry, batch: Batch): KernelCase {
  return makeCase(
    'bindTrainablePoolingForward',
    titleOf(g, batch),
    (memory) => {
      const x = memory.input('x', memory.uniform(batch.total * inputFloats(g)));
      const scale = memory.input('scale', memory.uniform(g.inputChannels));
      const bias = memory.input('bias', memory.uniform(g.inputChannels));
      const tolerance = toleranceOfSum(2 + g.kernelHeight * g.kernelWidth, 1);
      const y = memory.output('y', batch.total * outputFloats(g), tolerance);
      return [[{ g, x, scale, bias, y, shares: makeShares(memory, g) }, batch.first, batch.count]];
    },
    { tight: batch === TIGHT },
  );
}

function makeBackwardCase(g: WindowGeometry, batch: Batch, withInput: boolean): KernelCase {
  return makeCase(
    'bindTrainablePoolingBackward',
    `${titleOf(g, batch)}${withInput ? '' : ", without the input's gradient"}`,
    (memory) => {
      const area = g.kernelHeight * g.kernelWidth;
      const terms = batch.count * g.outputHeight * g.outputWidth;
      const x = memory.input('x', memory.uniform(batch.total * inputFloats(g)));
      const dy = memory.input('dy', memory.uniform(batch.total * outputFloats(g)));
      const scale = memory.input('scale', memory.uniform(g.inputChannels));
      const dx = memory.output('dx', x.length, toleranceOfSum(area + 2, 1));
      const dScale = memory.output('dScale', g.inputChannels, toleranceOfSum(terms + area, area));
      const dBias = memory.output('dBias', g.inputChannels, toleranceOfSum(terms, 1));
      const shares = makeShares(memory, g);
      return [
        [{ g, x, dy, scale, dx: withInput ? dx : null, dScale, dBias, shares }, batch.first, batch.count],
      ];
    },
    { tight: batch === TIGHT && withInput },
  );
}

function titleOf(g: WindowGeometry, batch: Batch): string {
  return `${describeWindow(g)}, ${describeBatch(batch)}`;
}
