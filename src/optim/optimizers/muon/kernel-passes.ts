import { ArenaLayout } from '../../../core/arena.js';
import { PANEL_COLUMNS } from '../../../kernels/constants.js';
import type { BlockPass } from '../../../layers/pass.js';
import type { PlannedParameter } from '../../../network/plan.js';
import { countSegments, cutAndBind } from '../../segments.js';
import type { UpdatedParameter, UpdateSite } from '../optimizer.js';
import { bindFilterCopies, type FilterCopies, measureFilterMatrix } from './filter-matrix.js';
import {
  type BoundMatrix,
  bindMatrix,
  countMatrixFloats,
  listRowBlocks,
  NORM_EPSILON,
  planNewtonSchulz,
} from './newton-schulz.js';

interface KernelOptions {
  readonly momentum: number;
  readonly weightDecay: number;
  readonly newtonSchulzSteps: number;
  /** See FilterMatrix.scale. */
  readonly scaleByShape: boolean;
  readonly normalizeKernels: boolean;
}

/** A task that writes a kernel has about so many floats. */
const FLOATS_PER_TASK = 2048;

/** A kernel with its matrix. */
interface MatrixOfKernel extends BoundMatrix {
  readonly parameter: UpdatedParameter;
  readonly copies: FilterCopies;
  readonly filters: number;
  /** See FilterMatrix. */
  readonly scale: number;
  multiply(factor: number, first: number, count: number): void;
}

/** Where the matrices, and the sums of squares of the kernels' segments, directions and weights, lie in the memory of a step. */
function layOut(kernels: readonly PlannedParameter[]) {
  const layout = new ArenaLayout();
  const segments = countSegments(kernels);
  const squares = layout.book(segments);
  const weightSquares = layout.book(segments);
  const matrices = kernels.map((plan) => layout.book(countMatrixFloats(measureFilterMatrix(plan.kernel!))));
  return { squares, weightSquares, matrices, floats: layout.floats };
}

export function countKernelFloats(kernels: readonly PlannedParameter[]): number {
  return layOut(kernels).floats;
}

/** The passes that move kernels, which are all parameters of the site: see muon. */
export function planKernels(site: UpdateSite, options: KernelOptions): BlockPass[] {
  if (site.parameters.length === 0) return [];
  const { squares, weightSquares, matrices: places } = layOut(site.parameters.map(({ plan }) => plan));
  const shapes = site.parameters.map(({ plan }) => measureFilterMatrix(plan.kernel!));
  const { kernels } = site;
  const matrices = site.parameters.map((parameter, index): MatrixOfKernel => {
    const shape = shapes[index]!;
    const work = site.work.subarray(places[index]!, places[index]! + countMatrixFloats(shape));
    const matrix = bindMatrix(kernels, shape, work, parameter.learns);
    return {
      ...matrix,
      parameter,
      filters: shape.filters,
      scale: options.scaleByShape ? shape.scale : 1,
      // The update takes the gradient's place.
      copies: bindFilterCopies(kernels, parameter.plan.kernel!, parameter.gradient, matrix.x),
      multiply: kernels.bindScaleElements({ x: matrix.x, y: matrix.x }),
    };
  });
  const sums = { directions: site.work.subarray(squares), weights: site.work.subarray(weightSquares) };
  return [
    planDirection(site, options, sums),
    planLoad(matrices, sums.directions),
    ...planNewtonSchulz(matrices, options.newtonSchulzSteps),
    planMove(site, matrices, options, sums.weights),
  ];
}

/** Of each segment: of Nesterov's direction, and of the weights before the step, where they are normalised. */
interface SumsOfSquares {
  readonly directions: Float32Array;
  readonly weights: Float32Array;
}

/** Makes Nesterov's direction in the gradient's place, and sums squares segment by segment. */
function planDirection(
  site: UpdateSite,
  { momentum, normalizeKernels }: KernelOptions,
  sums: SumsOfSquares,
): BlockPass {
  const { kernels } = site;
  const segments = cutAndBind(site.parameters, ({ weights, gradient, slots }) => ({
    turn: kernels.bindNesterovDirection({ g: gradient, v: slots.velocity!, u: gradient, momentum }),
    sumSquares: kernels.bindSumSquares({ x: gradient, sums: sums.directions }),
    sumWeights: normalizeKernels ? kernels.bindSumSquares({ x: weights, sums: sums.weights }) : null,
  }));
  return {
    name: site.reduces ? 'reduction and direction' : 'direction',
    over: 'blocks',
    waits: true,
    blocks: segments.length,
    run(firstSegment, segmentCount) {
      for (let i = firstSegment; i < firstSegment + segmentCount; i++) {
        const { parameter, turn, sumSquares, sumWeights, first, count } = segments[i]!;
        if (!parameter.learns()) continue;
        if (site.reduces) parameter.reduce(first, count);
        turn(first, count);
        sumSquares(i, first, count);
        sumWeights?.(i, first, count);
      }
    },
  };
}

/** What measures each kernel's Frobenius norm, by the sums of its segments' squares. */
function bindNorms(matrices: readonly MatrixOfKernel[], squares: Float32Array) {
  const segmentsOf = matrices.map(({ parameter }) => countSegments([parameter.plan]));
  return (receive: (matrix: MatrixOfKernel, norm: number) => void): void => {
    let at = 0;
    matrices.forEach((matrix, index) => {
      let sum = 0;
      for (const end = at + segmentsOf[index]!; at < end; at++) sum += squares[at]!;
      receive(matrix, Math.sqrt(sum));
    });
  };
}

/** Divides each direction by its Frobenius norm, which every worker sums for itself, and lays it down as a matrix. */
function planLoad(matrices: readonly MatrixOfKernel[], squares: Float32Array): BlockPass {
  const blocks = listRowBlocks(matrices);
  const measure = bindNorms(matrices, squares);
  const factors = new Map<MatrixOfKernel, number>();
  return {
    name: 'direction as matrix',
    over: 'blocks',
    waits: true,
    blocks: blocks.length,
    begin() {
      measure((matrix, norm) => factors.set(matrix, 1 / (norm + NORM_EPSILON)));
    },
    run(first, count) {
      for (let i = first; i < first + count; i++) {
        const { matrix, block } = blocks[i]!;
        if (!matrix.takesPart()) continue;
        const { rows, columns } = matrix.shape;
        const firstRow = block * PANEL_COLUMNS;
        const rowsOfBlock = Math.min(PANEL_COLUMNS, rows - firstRow);
        matrix.copies.load(firstRow, rowsOfBlock);
        matrix.multiply(factors.get(matrix)!, firstRow * columns, rowsOfBlock * columns);
        matrix.packRows(block);
      }
    },
  };
}

/** Moves the weights. Its tasks are no segments, so what averages weights waits for it. */
function planMove(
  site: UpdateSite,
  matrices: readonly MatrixOfKernel[],
  { weightDecay, normalizeKernels }: KernelOptions,
  squares: Float32Array,
): BlockPass {
  const measure = bindNorms(matrices, squares);
  const factors = new Map(matrices.map((matrix) => [matrix, 1]));
  const tasks = matrices.flatMap((matrix) => {
    const { plan, weights, gradient } = matrix.parameter;
    const { outputs } = plan.kernel!;
    const move = site.kernels.bindMoveWeights({ w: weights, u: gradient });
    const rows = plan.size / outputs;
    const rowsOfTask = Math.max(1, Math.floor(FLOATS_PER_TASK / outputs));
    return Array.from({ length: Math.ceil(rows / rowsOfTask) }, (_, task) => {
      const firstRow = task * rowsOfTask;
      const count = Math.min(rowsOfTask, rows - firstRow);
      const [first, end] = [firstRow * outputs, (firstRow + count) * outputs];
      const absent = (plan.absent ?? []).filter((index) => index >= first && index < end);
      return { matrix, move, firstRow, rows: count, first, count: end - first, absent };
    });
  });
  return {
    name: 'update',
    over: 'blocks',
    waits: true,
    strays: true,
    blocks: tasks.length,
    begin() {
      if (!normalizeKernels) return;
      // A kernel of zeros has no direction to be scaled in.
      measure((matrix, norm) => factors.set(matrix, norm > 0 ? Math.sqrt(matrix.filters) / norm : 1));
    },
    run(firstTask, count) {
      const learningRate = site.learningRate();
      for (let i = firstTask; i < firstTask + count; i++) {
        const { matrix, move, ...task } = tasks[i]!;
        if (!matrix.takesPart()) continue;
        const { plan, gradient } = matrix.parameter;
        matrix.copies.store(task.firstRow, task.rows);
        // Orthogonalising fills in what a connection table leaves out.
        for (const index of task.absent) gradient[index] = 0;
        const rate = learningRate * plan.learningRateFactor;
        const keep = factors.get(matrix)! * (1 - rate * weightDecay * plan.weightDecayFactor);
        if (!move(keep, rate * matrix.scale, task.first, task.count)) site.reportNonFinite();
      }
    },
  };
}
