/** Where branches meet and part. */
export interface JoinKernels {
  /** sum = a + b, element by element; `sum` may be either of them. */
  addElements(a: Float32Array, b: Float32Array, sum: Float32Array, first: number, count: number): void;
  /**
   * Copies some columns of rows of one matrix into columns of the same rows of another: y[row, yFirst + i] = x[row, xFirst + i] for i below
   * `columns`, `x` being rows × xWidth and `y` rows × yWidth.
   */
  copyColumns(
    columns: number,
    x: Float32Array,
    xWidth: number,
    xFirst: number,
    y: Float32Array,
    yWidth: number,
    yFirst: number,
    firstRow: number,
    rows: number,
  ): void;
}
