/**
 * How numbers become brightness. `positive`: from 0, black, to the greatest, white, and what is below 0 black as behind a ReLU. `absolute`:
 * the same of their sizes. `signed`: 0 is grey, the greatest size white or black. `clip`: as they are, cut to 0..255.
 */
export const TONES = ['positive', 'absolute', 'signed', 'clip'] as const;
export type Tone = (typeof TONES)[number];

/** @param greatest what is white; by default the greatest size among the values */
export function toneValues(values: Float32Array, tone: Tone, greatest = measureGreatest(values)): Uint8Array {
  const scale = greatest > 0 ? 255 / greatest : 0;
  return Uint8Array.from(values, (value) => {
    const bright =
      tone === 'clip'
        ? value
        : tone === 'signed'
          ? (255 + value * scale) / 2
          : scale * (tone === 'absolute' ? Math.abs(value) : value);
    return Math.round(Math.min(255, Math.max(0, bright)));
  });
}

/** The size that all but a share of the numbers stay below: white for pictures whose few greatest would leave the rest dark. */
export function measureMostlyGreatest(values: Float32Array, share: number): number {
  const sizes = values.map(Math.abs).sort();
  return sizes[Math.floor((1 - share) * (sizes.length - 1))]!;
}

/** The greatest size of some numbers. */
export function measureGreatest(values: Float32Array): number {
  return values.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
}
