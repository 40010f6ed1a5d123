/** Numbers of 16 bits, as wide as others: each is a number of 32 bits. */

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** Of IEEE 754's binary16: a sign, 5 bits of an exponent, 10 of a fraction. */
export function widenHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Of bfloat16: the upper half of a number of 32 bits. */
export function widenBrain(brain: number): number {
  bits[0] = brain << 16;
  return float[0]!;
}
