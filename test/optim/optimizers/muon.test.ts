import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/core/rng.js';
import { referenceKernels } from '../../../src/kernels/reference/reference.js';
import { bindFilterCopies, measureFilterMatrix } from '../../../src/optim/optimizers/muon/filter-matrix.js';
import {
  bindMatrix,
  countMatrixFloats,
  planNewtonSchulz,
} from '../../../src/optim/optimizers/muon/newton-schulz.js';
import { parseOptimizer } from '../../../src/optim/optimizers/registry.js';
import { planOptimizer } from '../../../src/optim/update.js';
import { descend, descendPlainly, measureDistance, type PlainParameter } from '../../helpers/descent.js';
import { openPool } from '../../helpers/open-pool.js';
import { makeSmallNetwork } from '../../helpers/small-network.js';

const pool = openPool(2);

const kernels = referenceKernels;

/** Rows of numbers. */
type Rows = number[][];

const multiply = (a: Rows, b: Rows): Rows =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
const transpose = (a: Rows): Rows => a[0]!.map((_, j) => a.map((row) => row[j]!));
const combine = (p: number, a: Rows, q: number, b: Rows): Rows =>
  a.map((row, i) => row.map((x, j) => p * x + q * b[i]![j]!));

/** zeropower_via_newtonschulz5 of Jordan's code, in float64. */
function orthogonalize(g: Rows, steps = 5): Rows {
  if (g.length > g[0]!.length) return transpose(orthogonalize(transpose(g), steps));
  const norm = Math.sqrt(g.flat().reduce((sum, x) => sum + x * x, 0));
  let x = g.map((row) => row.map((value) => value / (norm + 1e-7)));
  for (let step = 0; step < steps; step++) {
    const a = multiply(x, transpose(x));
    const b = combine(-4.775, a, 2.0315, multiply(a, a));
    x = combine(3.4445, x, 1, multiply(b, x));
  }
  return x;
}

/** A kernel as filters × inputs: the filters of one group after another. */
function toFilters({ plan: { kernel } }: PlainParameter, values: ArrayLike<number>): Rows {
  const { groups, outputs, height, width, inputs } = kernel!;
  const size = height * width * inputs;
  return Array.from({ length: groups * outputs }, (_, filter) => {
    const group = Math.floor(filter / outputs);
    return Array.from(
      { length: size },
      (_, input) => values[(group * size + input) * outputs + (filter % outputs)]!,
    );
  });
}

describe('100 steps of muon', () => {
  const RATE = 0.01;

  it.each([
    {},
    {
      momentum: 0.8,
      weightDecay: 0.1,
      others: { learningRate: 2, momentum: 0.5, nesterov: true, weightDecay: 0 },
    },
    // As airbench94_muon.py has it: no weights but filters, 3 steps, norms of √filters.
    {
      momentum: 0.6,
      kernels: 'convolutions' as const,
      newtonSchulzSteps: 3,
      scaleByShape: false,
      normalizeKernels: true,
      others: { learningRate: 0.5, momentum: 0.85, nesterov: true, weightDecay: 0.01 },
    },
    { weightDecay: 0.1, normalizeKernels: true },
  ])('with %j are those of the published equations in float64', async (options) => {
    const optimizer = { kind: 'muon' as const, ...options };
    const result = await descend(pool, { optimizer, learningRate: RATE });
    const parsed = parseOptimizer(optimizer, 'test') as never as {
      momentum: number;
      weightDecay: number;
      kernels?: 'convolutions';
      newtonSchulzSteps?: number;
      scaleByShape?: false;
      normalizeKernels?: true;
      others: { learningRate: number; momentum: number; nesterov: boolean; weightDecay: number };
    };
    const { momentum, weightDecay, others } = parsed;
    const velocities = new Map<string, number[]>();
    const expected = descendPlainly(result.normalization, (parameters) => {
      for (const parameter of parameters) {
        const { plan, w, g } = parameter;
        const v = velocities.get(plan.label) ?? Array.from(w, () => 0);
        velocities.set(plan.label, v);
        const rate = RATE * plan.learningRateFactor;
        if (!plan.kernel || (parsed.kernels === 'convolutions' && plan.label === 'fc.kernel')) {
          for (let i = 0; i < w.length; i++) {
            const gradient = g[i]! + others.weightDecay * plan.weightDecayFactor * w[i]!;
            v[i] = others.momentum * v[i]! + gradient;
            const direction = others.nesterov ? gradient + others.momentum * v[i]! : v[i]!;
            w[i] = w[i]! - rate * others.learningRate * direction;
          }
          continue;
        }
        for (let i = 0; i < w.length; i++) v[i] = momentum * v[i]! + g[i]!;
        const direction = Array.from(g, (value, i) => value + momentum * v[i]!);
        const filters = toFilters(parameter, direction);
        const update = orthogonalize(filters, parsed.newtonSchulzSteps);
        const scale =
          parsed.scaleByShape === false ? 1 : Math.sqrt(Math.max(1, filters.length / filters[0]!.length));
        if (parsed.normalizeKernels) {
          const norm = Math.sqrt(w.reduce((sum, x) => sum + x * x, 0));
          for (let i = 0; i < w.length; i++) w[i] = (w[i]! * Math.sqrt(filters.length)) / norm;
        }
        const { groups, outputs } = plan.kernel;
        const inputs = w.length / groups / outputs;
        for (let i = 0; i < w.length; i++) {
          const group = Math.floor(i / (inputs * outputs));
          const filter = group * outputs + (i % outputs);
          const input = Math.floor(i / outputs) % inputs;
          w[i] =
            w[i]! -
            rate * weightDecay * plan.weightDecayFactor * w[i]! -
            rate * scale * update[filter]![input]!;
        }
      }
    });
    expect(result.state).toBe('done');
    // Directions whose singular values are small are blown up, and rounding with them.
    expect(measureDistance(result.weights, expected)).toBeLessThan(1e-4);
  });
});

describe('muon of convolutions alone', () => {
  it('leaves kernels that cover their input to the others', () => {
    const layersOf = (kernel: number) => [
      { kind: 'convolution', kernel, filters: 6, bias: false },
      { kind: 'fully-connected', units: 3, bias: false },
    ];
    const floatsOf = (kernel: number, kernelsOf: string) => {
      const optimizer = parseOptimizer({ kind: 'muon', kernels: kernelsOf }, 'test');
      const { plan } = makeSmallNetwork({ input: [6, 6, 2], layers: layersOf(kernel), images: 2, kernels });
      return planOptimizer(plan, optimizer).workFloats;
    };
    expect(floatsOf(6, 'convolutions')).toBe(0);
    expect(floatsOf(5, 'convolutions')).toBeGreaterThan(0);
    expect(floatsOf(5, 'all')).toBeGreaterThan(floatsOf(5, 'convolutions'));
  });
});

describe('the Newton–Schulz iteration', () => {
  const random = new RandomStream([1, 2]);

  it.each([
    [1, 1],
    [1, 40],
    [7, 9],
    [32, 32],
    [33, 70],
    [65, 65],
    [100, 130],
  ])('of a %d×%d matrix is the published one, cut over any number of workers', (rows, columns) => {
    const values = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => random.nextNormal()),
    );
    const norm = Math.sqrt(values.flat().reduce((sum, x) => sum + x * x, 0));
    const results = [1, 2, 3, 8].map((workers) => {
      const work = new Float32Array(countMatrixFloats({ rows, columns }));
      const matrix = bindMatrix(kernels, { rows, columns }, work, () => true);
      matrix.x.set(values.flat().map((value) => value / norm));
      for (let block = 0; block < matrix.rowBlocks; block++) matrix.packRows(block);
      for (const { blocks, run } of planNewtonSchulz([matrix], 5)) {
        for (let worker = workers - 1; worker >= 0; worker--) {
          const first = Math.floor((worker * blocks) / workers);
          run(first, Math.floor(((worker + 1) * blocks) / workers) - first);
        }
      }
      return matrix.x.slice();
    });
    for (const result of results) expect(result).toEqual(results[0]);
    const expected = Float64Array.from(orthogonalize(values).flat());
    expect(measureDistance(results[0]!, expected)).toBeLessThan(1e-4);
  });
});

describe('a kernel as a matrix', () => {
  it.each([
    { height: 3, width: 2, inputs: 4, outputs: 5, groups: 1 },
    { height: 1, width: 1, inputs: 3, outputs: 40, groups: 1 },
    { height: 3, width: 3, inputs: 1, outputs: 1, groups: 20 },
    { height: 3, width: 3, inputs: 2, outputs: 4, groups: 3 },
    { height: 1, width: 2, inputs: 2, outputs: 4, groups: 3 },
  ])('comes back as it was: %j', (kernel) => {
    const size = kernel.height * kernel.width * kernel.inputs * kernel.outputs * kernel.groups;
    const values = Float32Array.from({ length: size }, (_, i) => i);
    const shape = measureFilterMatrix(kernel);
    const matrix = new Float32Array(size);
    const copies = bindFilterCopies(kernels, kernel, values, matrix);
    for (let row = 0; row < shape.rows; row += 2) copies.load(row, Math.min(2, shape.rows - row));
    const filters = toFilters({ plan: { kernel } } as PlainParameter, values);
    const laid = filters.length > filters[0]!.length ? transpose(filters) : filters;
    expect([...matrix]).toEqual(laid.flat());
    const kernelRows = size / kernel.outputs;
    values.fill(0);
    for (let row = 0; row < kernelRows; row += 5) copies.store(row, Math.min(5, kernelRows - row));
    expect([...values]).toEqual(Array.from({ length: size }, (_, i) => i));
  });
});
