/**
 * How one image is transformed, as words that kernels read: it is shifted, so that row y shows its row y + dy; then mirrored left to right,
 * if `flip` is not 0; then loses the square of `cutSize` by `cutSize` whose upper left corner is (`cutTop`, `cutLeft`), and the rectangle of
 * `eraseHeight` by `eraseWidth` at (`eraseTop`, `eraseLeft`), as far as they lie inside.
 */
export const TRANSFORM = {
  flip: 0,
  dy: 1,
  dx: 2,
  cutTop: 3,
  cutLeft: 4,
  cutSize: 5,
  eraseTop: 6,
  eraseLeft: 7,
  eraseHeight: 8,
  eraseWidth: 9,
} as const;
export const TRANSFORM_WORDS = 10;
