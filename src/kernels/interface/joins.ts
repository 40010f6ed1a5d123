/** Where branches meet and part. */
export interface JoinKernels {
  /** sum = a + b, element by element; `sum` may be either of them. */
  bindAddElements(kernel: {
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly sum: Float32Array;
  }): (first: number, count: number) => void;
  /**
   * Copies some columns of rows of one matrix into columns of the same rows of another: y[row, yFirst + i] = x[row, xFirst + i] for i below
   * `columns`, `x` being rows × xWidth and `y` rows × yWidth.
   */
  bindCopyColumns(kernel: {
    readonly columns: number;
    readonly x: Float32Array;
    readonly xWidth: number;
    readonly xFirst: number;
    readonly y: Float32Array;
    readonly yWidth: number;
    readonly yFirst: number;
  }): (firstRow: number, rows: number) => void;
  /**
   * y = x·gate: each row of some maps, maps × positions × width, times its map's row of `gate`, maps × width. Rows [firstRow, firstRow + rows) of
   * each map.
   */
  bindMultiplyByGate(kernel: {
    readonly positions: number;
    readonly width: number;
    readonly x: Float32Array;
    readonly gate: Float32Array;
    readonly y: Float32Array;
  }): (firstMap: number, maps: number, firstRow: number, rows: number) => void;
  /** dGate[map] = Σ x·dy over the map's positions, all three as above. */
  bindGateGradient(kernel: {
    readonly positions: number;
    readonly width: number;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly dGate: Float32Array;
  }): (firstMap: number, maps: number) => void;
}
