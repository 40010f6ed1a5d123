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
}

/** A task that writes a kernel has about so many floats. */
const FLOATS_PER_TASK = 2048;

/** A kernel with its matrix. */
interface MatrixOfKernel extends BoundMatrix {
  readonly parameter: UpdatedParameter;
  readonly copies: FilterCopies;
  /** See FilterMatrix. */
  readonly scale: number;
  multiply(factor: number, first: number, count: number): void;
}

/** Where the matrices, and the sums of squares of the kernels' segments, lie in the memory of a step. */
function layOut(kernels: readonly PlannedParameter[]) {
  const layout = new ArenaLayout();
  const squares = layout.book(countSegments(kernels));
  const matrices = kernels.map((plan) => layout.book(countMatrixFloats(measureFilterMatrix(plan.kernel!))));
  return { squares, matrices, floats: layout.floats };
}

export function countKernelFloats(kernels: readonly PlannedParameter[]): number {
  return layOut(kernels).floats;
}

/** The passes that move kernels, which are all parameters of the site: see muon. */
export function planKernels(site: UpdateSite, options: KernelOptions): BlockPass[] {
  if (site.parameters.length === 0) return [];
  const { squares, matrices: places } = layOut(site.parameters.map(({ plan }) => plan));
  const shapes = site.parameters.map(({ plan }) => measureFilterMatrix(plan.kernel!));
  const { kernels } = site;
  const matrices = site.parameters.map((parameter, index): MatrixOfKernel => {
    const shape = shapes[index]!;
    const work = site.work.subarray(places[index]!, places[index]! + countMatrixFloats(shape));
    const matrix = bindMatrix(kernels, shape, work, parameter.learns);
    return {
      ...matrix,
      parameter,
      scale: shape.scale,
      // The update takes the gradient's place.
      copies: bindFilterCopies(kernels, parameter.plan.kernel!, parameter.gradient, matrix.x),
      multiply: kernels.bindScaleElements({ x: matrix.x, y: matrix.x }),
    };
  });
  const sums = site.work.subarray(squares);
  return [
    planDirection(site, options, sums),
    planLoad(matrices, sums),
    ...planNewtonSchulz(matrices),
    planMove(site, matrices, options),
  ];
}

/** Makes Nesterov's direction in the gradient's place, and sums its squares segment by segment. */
function planDirection(site: UpdateSite, { momentum }: KernelOptions, squares: Float32Array): BlockPass {
  const { kernels } = site;
  const segments = cutAndBind(site.parameters, ({ gradient, slots }) => ({
    turn: kernels.bindNesterovDirection({ g: gradient, v: slots.velocity!, u: gradient, momentum }),
    sumSquares: kernels.bindSumSquares({ x: gradient, sums: squares }),
  }));
  return {
    name: site.reduces ? 'reduction and direction' : 'direction',
    over: 'blocks',
    waits: true,
    blocks: segments.length,
    run(firstSegment, segmentCount) {
      for (let i = firstSegment; i < firstSegment + segmentCount; i++) {
        const { parameter, turn, sumSquares, first, count } = segments[i]!;
        if (!parameter.learns()) continue;
        if (site.reduces) parameter.reduce(first, count);
        turn(first, count);
        sumSquares(i, first, count);
      }
    },
  };
}

/** Divides each direction by its Frobenius norm, which every worker sums for itself, and lays it down as a matrix. */
function planLoad(matrices: readonly MatrixOfKernel[], squares: Float32Array): BlockPass {
  const blocks = listRowBlocks(matrices);
  const segmentsOf = matrices.map(({ parameter }) => countSegments([parameter.plan]));
  const factors = new Map<MatrixOfKernel, number>();
  return {
    name: 'direction as matrix',
    over: 'blocks',
    waits: true,
    blocks: blocks.length,
    begin() {
      let at = 0;
      matrices.forEach((matrix, index) => {
        let sum = 0;
        for (const end = at + segmentsOf[index]!; at < end; at++) sum += squares[at]!;
        factors.set(matrix, 1 / (Math.sqrt(sum) + NORM_EPSILON));
      });
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
function planMove(site: UpdateSite, matrices: readonly MatrixOfKernel[], options: KernelOptions): BlockPass {
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
        const keep = 1 - rate * options.weightDecay * plan.weightDecayFactor;
        if (!move(keep, rate * matrix.scale, task.first, task.count)) site.reportNonFinite();
      }
    },
  };
}
