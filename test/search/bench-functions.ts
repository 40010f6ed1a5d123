import { parseSpace } from '../../src/search/parse-space.js';
import type { Space } from '../../src/search/space.js';

/** A function whose lowest value is known, on a space as search files write it. */
export interface BenchFunction {
  readonly name: string;
  readonly space: Readonly<Record<string, unknown>>;
  readonly least: number;
  readonly compute: (fields: Readonly<Record<string, unknown>>) => number;
}

type Numbers = Readonly<Record<string, number>>;

const box = (names: readonly string[], low: number, high: number) =>
  Object.fromEntries(names.map((name) => [name, { uniform: [low, high] }]));
const vector = (fields: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  names.map((name) => (fields as Numbers)[name]!);

const HARTMANN_A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];
const HARTMANN_ALPHA = [1, 1.2, 3, 3.2];
const SIX = ['a', 'b', 'c', 'd', 'e', 'f'];

/** The usual ones, as Surjanovic and Bingham's "Virtual library of simulation experiments" has them, and two with choices. */
export const BENCH_FUNCTIONS: readonly BenchFunction[] = [
  {
    name: 'Branin',
    space: { x: { uniform: [-5, 10] }, y: { uniform: [0, 15] } },
    least: 0.397887,
    compute: (fields) => {
      const [x, y] = vector(fields, ['x', 'y']) as [number, number];
      const bend = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
      return bend ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
    },
  },
  {
    name: 'Hartmann-6',
    space: box(SIX, 0, 1),
    least: -3.32237,
    compute: (fields) => {
      const x = vector(fields, SIX);
      const terms = HARTMANN_ALPHA.map((alpha, i) => {
        const inner = x.reduce((sum, xj, j) => sum + HARTMANN_A[i]![j]! * (xj - HARTMANN_P[i]![j]!) ** 2, 0);
        return alpha * Math.exp(-inner);
      });
      return -terms.reduce((sum, term) => sum + term, 0);
    },
  },
  {
    name: 'Rosenbrock',
    space: box(['a', 'b', 'c', 'd'], -5, 10),
    least: 0,
    compute: (fields) => {
      const x = vector(fields, ['a', 'b', 'c', 'd']);
      const terms = x.slice(1).map((next, i) => 100 * (next - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2);
      return terms.reduce((sum, term) => sum + term, 0);
    },
  },
  {
    name: 'Ackley',
    space: box(['a', 'b', 'c', 'd', 'e'], -32.768, 32.768),
    least: 0,
    compute: (fields) => {
      const x = vector(fields, ['a', 'b', 'c', 'd', 'e']);
      const squares = x.reduce((sum, xi) => sum + xi * xi, 0) / x.length;
      const waves = x.reduce((sum, xi) => sum + Math.cos(2 * Math.PI * xi), 0) / x.length;
      return -20 * Math.exp(-0.2 * Math.sqrt(squares)) - Math.exp(waves) + 20 + Math.E;
    },
  },
  {
    // A learning rate, a width, whole numbers and an activation, as of a network.
    name: 'mixed',
    space: {
      rate: { log: [1e-4, 1] },
      width: { uniform: [0.1, 2] },
      layers: { int: [1, 8] },
      filters: { int: [8, 64], step: 8 },
      activation: { choice: ['relu', 'tanh', 'sigmoid'] },
    },
    least: 0,
    compute: (fields) => {
      const { rate, width, layers, filters } = fields as Numbers;
      const shift = { relu: 0, tanh: 0.5, sigmoid: 2 }[fields.activation as 'relu' | 'tanh' | 'sigmoid'];
      return (
        (Math.log10(rate!) + 1.5) ** 2 +
        (width! - 1.2) ** 2 +
        ((layers! - 5) / 3) ** 2 +
        ((filters! - 40) / 24) ** 2 +
        shift
      );
    },
  },
  {
    // Options of one optimizer are none of the other's.
    name: 'conditional',
    space: {
      optimizer: {
        choice: [
          { kind: 'sgd', rate: { log: [1e-3, 1] }, momentum: { uniform: [0, 0.99] } },
          { kind: 'adam', rate: { log: [1e-5, 1e-1] }, beta: { uniform: [0.5, 0.999] } },
        ],
      },
      decay: { log: [1e-6, 1e-2] },
    },
    least: 0,
    compute: (fields) => {
      const { kind, rate, momentum = 0, beta = 0 } = fields.optimizer as Numbers & { readonly kind: unknown };
      const decay = (Math.log10((fields as Numbers).decay!) + 4) ** 2;
      if (kind === 'sgd') return (Math.log10(rate!) + 1) ** 2 + 4 * (momentum - 0.9) ** 2 + decay;
      return 0.3 + (Math.log10(rate!) + 3) ** 2 + 4 * (beta - 0.9) ** 2 + decay;
    },
  },
];

export const spaceOf = ({ space, name }: BenchFunction): Space => parseSpace(space, name);
