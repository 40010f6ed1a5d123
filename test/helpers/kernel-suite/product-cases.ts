import { panelCount } from '../../../src/kernels/interface/products.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';
import { packMatrix, packTransposedMatrix } from './packing.js';

interface ProductSize {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Around the heights of micro-kernels (6, 8, 12, 14) and of blocks of rows. */
const ROW_COUNTS = [0, 1, 2, 3, 5, 6, 7, 8, 12, 13, 14, 15, 16, 27, 28, 29, 65, 100, 300];
/** Around the widths of vectors (4, 8, 16) and panels (32). */
const COLUMN_COUNTS = [1, 3, 4, 5, 7, 8, 10, 13, 14, 15, 16, 17, 20, 31, 32, 33, 50, 63, 65, 100, 300, 520];
/** Around blocks of the summed dimension. */
const DEPTHS = [1, 2, 3, 25, 255, 256, 257, 450, 513, 800];

const SIZES: readonly ProductSize[] = [
  ...ROW_COUNTS.flatMap((m) => [
    { m, n: 50, k: 25 },
    { m, n: 33, k: 257 },
  ]),
  ...COLUMN_COUNTS.flatMap((n) => [
    { m: 15, n, k: 25 },
    { m: 13, n, k: 257 },
  ]),
  ...DEPTHS.flatMap((k) => [
    { m: 1, n: 1, k },
    { m: 29, n: 65, k },
    { m: 100, n: 10, k },
  ]),
  { m: 100, n: 500, k: 800 },
  { m: 300, n: 520, k: 513 },
];

/** Products of a packed matrix, with a bias or without, all panels at once or in parts, plain or transposed. */
export function listProductCases(): KernelCase[] {
  return [
    ...SIZES.map((size, i) => makeProductCase(size, { bias: i % 2 === 0, transposed: i % 3 === 0 })),
    makeProductCase({ m: 29, n: 300, k: 257 }, { bias: true, transposed: false, parts: [3, 1, 6] }),
    makeProductCase({ m: 29, n: 300, k: 257 }, { bias: false, transposed: true, parts: [1, 9] }),
    makeProductCase({ m: 14, n: 64, k: 25 }, { bias: true, transposed: false, parts: [0, 1, 1] }),
    makeProductCase({ m: 15, n: 100, k: 25 }, { bias: true, transposed: false, parts: [1, 1] }),
    makeProductCase({ m: 5, n: 40, k: 30 }, { bias: true, transposed: false, tight: true }),
  ];
}

function makeProductCase(
  { m, n, k }: ProductSize,
  options: { bias: boolean; transposed: boolean; tight?: boolean; parts?: readonly number[] },
): KernelCase {
  const parts = options.parts ?? [panelCount(n)];
  const title = [
    `${m}×${k} by ${k}×${n}`,
    options.bias ? ', bias' : '',
    options.transposed ? ', transposed' : '',
    options.parts ? `, in parts of ${parts.join(' + ')} panels` : '',
  ].join('');
  return makeCase(
    'bindMatmul',
    title,
    (memory, kernels) => {
      const a = memory.input('a', memory.uniform(m * k));
      const b = memory.input('b', memory.uniform(k * n));
      const packed = options.transposed
        ? packTransposedMatrix(memory, kernels, { rows: n, columns: k }, b)
        : packMatrix(memory, kernels, { rows: k, columns: n }, b);
      const bias = options.bias ? memory.input('bias', memory.uniform(n)) : null;
      const c = memory.output('c', m * n, toleranceOfSum(k, 1));
      let firstPanel = 0;
      return parts.map((panels) => {
        firstPanel += panels;
        return [{ n, k, a, packed, bias, c }, m, firstPanel - panels, panels];
      });
    },
    { tight: options.tight ?? false },
  );
}
