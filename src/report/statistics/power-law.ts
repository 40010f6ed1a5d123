/** y = factor · x^exponent. */
export interface PowerLaw {
  readonly factor: number;
  readonly exponent: number;
}

/** The straight line through (ln x, ln y) with the least squares. Null for fewer than two different x. */
export function fitPowerLaw(points: readonly (readonly [x: number, y: number])[]): PowerLaw | null {
  const logs = points.filter(([x, y]) => x > 0 && y > 0).map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const squares = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (!(squares > 0)) return null;
  const products = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const exponent = products / squares;
  return { factor: Math.exp(meanY - exponent * meanX), exponent };
}
