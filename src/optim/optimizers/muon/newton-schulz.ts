import { ArenaLayout } from '../../../core/arena.js';
import { PANEL_COLUMNS } from '../../../kernels/constants.js';
import { packedFloats, panelCount } from '../../../kernels/interface/products.js';
import type { Kernels } from '../../../kernels/kernels.js';
import type { BlockPass } from '../../../layers/pass.js';

/** Of the polynomial a·s + b·s³ + c·s⁵, which takes singular values from 0 to 1 near 1 (Jordan et al. 2024). */
const [A, B, C] = [3.4445, -4.775, 2.0315] as const;
/** Added to a matrix's norm. */
export const NORM_EPSILON = 1e-7;

/** Of a matrix rows × columns, rows being the fewer. */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
}

/** Where a matrix X, and what its iteration needs, lie in the memory of the step; in floats. */
function layOut({ rows, columns }: MatrixShape) {
  const layout = new ArenaLayout();
  const places = {
    x: layout.book(rows * columns),
    /** X and Xᵀ as right-hand sides. */
    packed: layout.book(packedFloats(rows, columns)),
    packedTransposed: layout.book(packedFloats(columns, rows)),
    gram: layout.book(rows * rows),
    polynomial: layout.book(rows * rows),
    packedPolynomial: layout.book(packedFloats(rows, rows)),
  };
  return { places, floats: layout.floats };
}

/** Floats of work that one matrix takes, its own with it. */
export function countMatrixFloats(shape: MatrixShape): number {
  return layOut(shape).floats;
}

/** A matrix bound to its part of the work. */
export interface BoundMatrix {
  readonly shape: MatrixShape;
  /** rows × columns. */
  readonly x: Float32Array;
  /** Whether it takes part in the step at hand. */
  takesPart(): boolean;
  /** Blocks of PANEL_COLUMNS rows. */
  readonly rowBlocks: number;
  /** To be called by the task that has written a block's rows of X, before the iteration begins. */
  packRows(block: number): void;
  /** See planNewtonSchulz. */
  multiplyByTranspose(block: number): void;
  packColumns(panel: number): void;
  applyPolynomial(block: number): void;
}

/**
 * Binds the iteration X ← aX + bAX + cA²X with A = XXᵀ, cut into blocks of rows. A block makes its rows of A and of P = bI + cA, and, since P is
 * symmetric, the columns of the packed P that are those rows; then its rows of Q = aI + AP and of X ← QX. So the workers meet twice a step.
 *
 * @param work countMatrixFloats(shape) floats that all workers share
 */
export function bindMatrix(
  kernels: Kernels,
  shape: MatrixShape,
  work: Float32Array,
  takesPart: () => boolean,
): BoundMatrix {
  const { rows, columns } = shape;
  const { places } = layOut(shape);
  const cut = (offset: number, floats: number) => work.subarray(offset, offset + floats);
  const x = cut(places.x, rows * columns);
  const packed = cut(places.packed, packedFloats(rows, columns));
  const packedTransposed = cut(places.packedTransposed, packedFloats(columns, rows));
  const gram = cut(places.gram, rows * rows);
  const polynomial = cut(places.polynomial, rows * rows);
  const packedPolynomial = cut(places.packedPolynomial, packedFloats(rows, rows));
  const panels = panelCount(rows);
  const blocks = Array.from({ length: panels }, (_, block) => {
    const first = block * PANEL_COLUMNS;
    const count = Math.min(PANEL_COLUMNS, rows - first);
    const rowsOf = (matrix: Float32Array, width: number) =>
      matrix.subarray(first * width, (first + count) * width);
    const own = { x: rowsOf(x, columns), gram: rowsOf(gram, rows), polynomial: rowsOf(polynomial, rows) };
    const product = (n: number, k: number, a: Float32Array, right: Float32Array, c: Float32Array) => {
      const multiply = kernels.bindMatmul({ n, k, a, packed: right, bias: null, c });
      return () => multiply(count, 0, panelCount(n));
    };
    return {
      ...own,
      first,
      makeGram: product(rows, columns, own.x, packedTransposed, own.gram),
      multiplyGram: product(rows, rows, own.gram, packedPolynomial, own.polynomial),
      replaceX: product(columns, rows, own.polynomial, packed, own.x),
    };
  });
  /** block = diagonal·I + factor·source, for rows of a square matrix. */
  const combine = (
    target: Float32Array,
    diagonal: number,
    factor: number,
    source: Float32Array,
    first: number,
  ) => {
    for (let i = 0; i < target.length; i++) target[i] = factor * source[i]!;
    for (let row = 0; row * rows < target.length; row++) target[row * rows + first + row]! += diagonal;
  };
  const packX = kernels.bindPack({ rows, columns, b: x, packed });
  const packXTransposed = kernels.bindPackTransposed({ rows, columns, b: x, packed: packedTransposed });
  const packPolynomial = kernels.bindPackTransposed({
    rows,
    columns: rows,
    b: polynomial,
    packed: packedPolynomial,
  });
  const packRows = (block: number) => packXTransposed(block, 1);
  return {
    shape,
    x,
    takesPart,
    rowBlocks: panels,
    packRows,
    multiplyByTranspose(block) {
      const own = blocks[block]!;
      own.makeGram();
      combine(own.polynomial, B, C, own.gram, own.first);
      packPolynomial(block, 1);
    },
    packColumns: (panel) => packX(panel, 1),
    applyPolynomial(block) {
      const own = blocks[block]!;
      own.multiplyGram();
      combine(own.polynomial, A, 1, own.polynomial, own.first);
      own.replaceX();
      packRows(block);
    },
  };
}

/** Blocks of rows of matrices, in order. */
export function listRowBlocks<Matrix extends Pick<BoundMatrix, 'rowBlocks'>>(matrices: readonly Matrix[]) {
  return matrices.flatMap((matrix) =>
    Array.from({ length: matrix.rowBlocks }, (_, block) => ({ matrix, block })),
  );
}

/**
 * Passes that orthogonalise matrices of a norm of at most 1: X = USVᵀ becomes nearly UVᵀ, its singular values between 0.7 and 1.2. All matrices go
 * side by side; their rows have been packed.
 */
export function planNewtonSchulz(matrices: readonly BoundMatrix[], steps: number): BlockPass[] {
  const blocks = listRowBlocks(matrices);
  const panels = matrices.flatMap((matrix) =>
    Array.from({ length: panelCount(matrix.shape.columns) }, (_, block) => ({ matrix, block })),
  );
  const over = (
    name: string,
    waits: boolean,
    tasks: typeof blocks,
    run: (matrix: BoundMatrix, block: number) => void,
  ): BlockPass => ({
    name,
    over: 'blocks',
    waits,
    blocks: tasks.length,
    run(first, count) {
      for (let i = first; i < first + count; i++) {
        const { matrix, block } = tasks[i]!;
        if (matrix.takesPart()) run(matrix, block);
      }
    },
  });
  const step = [
    over('matrix by its transpose', true, blocks, (matrix, block) => matrix.multiplyByTranspose(block)),
    over('matrix packed', false, panels, (matrix, panel) => matrix.packColumns(panel)),
    over('polynomial of the matrix', true, blocks, (matrix, block) => matrix.applyPolynomial(block)),
  ];
  return Array.from({ length: steps }, () => step).flat();
}
