import type { Kernels } from '../../../kernels/kernels.js';
import type { KernelShape } from '../../../layers/kernel-shape.js';

/**
 * A convolution's kernel as a matrix: a row a filter, a column an input of it, as PyTorch flattens filters×inputs×height×width (in another order of
 * columns, which no singular value depends on). In memory it is laid with its shorter side as rows.
 */
export interface FilterMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly filters: number;
  /** The published factor of an update: √max(1, filters / inputs of one). */
  readonly scale: number;
}

export function measureFilterMatrix(kernel: KernelShape): FilterMatrix {
  const filters = kernel.groups * kernel.outputs;
  const inputs = kernel.height * kernel.width * kernel.inputs;
  return {
    rows: Math.min(filters, inputs),
    columns: Math.max(filters, inputs),
    filters,
    scale: Math.sqrt(Math.max(1, filters / inputs)),
  };
}

/** Copies between a kernel in memory, groups×inputs×outputs, and its matrix, some rows of what is written at a time. */
export interface FilterCopies {
  /** Writes rows of the matrix. */
  load(firstRow: number, rows: number): void;
  /** Writes rows of the kernel, each the outputs of one group that see one input. */
  store(firstRow: number, rows: number): void;
}

/**
 * @param values the kernel's; `matrix` is rows×columns
 */
export function bindFilterCopies(
  kernels: Kernels,
  shape: KernelShape,
  values: Float32Array,
  matrix: Float32Array,
): FilterCopies {
  const inputs = shape.height * shape.width * shape.inputs;
  const filters = shape.groups * shape.outputs;
  return inputs < filters
    ? copyByColumns(kernels, { ...shape, inputs, filters }, values, matrix)
    : copyTransposed(kernels, { ...shape, inputs, filters }, values, matrix);
}

interface FlatKernel {
  readonly groups: number;
  /** Inputs of a filter. */
  readonly inputs: number;
  /** Filters of a group. */
  readonly outputs: number;
  readonly filters: number;
}

/** The matrix is inputs × filters: a group is a run of its columns. */
function copyByColumns(
  kernels: Kernels,
  { groups, inputs, outputs, filters }: FlatKernel,
  values: Float32Array,
  matrix: Float32Array,
): FilterCopies {
  const copies = Array.from({ length: groups }, (_, group) => {
    const part = values.subarray(group * inputs * outputs, (group + 1) * inputs * outputs);
    const inKernel = { width: outputs, first: 0 };
    const inMatrix = { width: filters, first: group * outputs };
    const copy = (x: Float32Array, from: typeof inKernel, y: Float32Array, to: typeof inKernel) =>
      kernels.bindCopyColumns({
        columns: outputs,
        x,
        xWidth: from.width,
        xFirst: from.first,
        y,
        yWidth: to.width,
        yFirst: to.first,
      });
    return { load: copy(part, inKernel, matrix, inMatrix), store: copy(matrix, inMatrix, part, inKernel) };
  });
  return {
    load(firstRow, rows) {
      for (const copy of copies) copy.load(firstRow, rows);
    },
    store(firstRow, rows) {
      forEachGroup(firstRow, rows, inputs, (group, first, count) => copies[group]!.store(first, count));
    },
  };
}

/** The matrix is filters × inputs: a group is a run of its rows. */
function copyTransposed(
  kernels: Kernels,
  { groups, inputs, outputs }: FlatKernel,
  values: Float32Array,
  matrix: Float32Array,
): FilterCopies {
  const size = inputs * outputs;
  const copies = Array.from({ length: groups }, (_, group) => {
    const part = values.subarray(group * size, (group + 1) * size);
    const rows = matrix.subarray(group * size, (group + 1) * size);
    return {
      load: kernels.bindTranspose({ rows: inputs, x: part, xWidth: outputs, y: rows, yWidth: inputs }),
      store: kernels.bindTranspose({ rows: outputs, x: rows, xWidth: inputs, y: part, yWidth: outputs }),
    };
  });
  return {
    load(firstRow, rows) {
      forEachGroup(firstRow, rows, outputs, (group, first, count) => copies[group]!.load(first, count));
    },
    store(firstRow, rows) {
      forEachGroup(firstRow, rows, inputs, (group, first, count) => copies[group]!.store(first, count));
    },
  };
}

/** Cuts a run of rows up by groups of so many. */
function forEachGroup(
  firstRow: number,
  rows: number,
  rowsOfGroup: number,
  visit: (group: number, first: number, count: number) => void,
): void {
  for (let row = firstRow; row < firstRow + rows; ) {
    const group = Math.floor(row / rowsOfGroup);
    const end = Math.min(firstRow + rows, (group + 1) * rowsOfGroup);
    visit(group, row - group * rowsOfGroup, end - row);
    row = end;
  }
}
