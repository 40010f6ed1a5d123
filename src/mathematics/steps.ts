import type { Borders } from './conv2.js';

/** How a window goes over its input. One number stands for both axes, or for all sides. */
export interface StepOptions {
  /** 1 if absent. */
  readonly stride?: number | readonly [y: number, x: number];
  /** Rows and columns of zeros around the input; none if absent. */
  readonly padding?: number | Borders;
}

export interface Steps {
  readonly stride: readonly [y: number, x: number];
  readonly padding: Borders;
}

export function readSteps({ stride = 1, padding = 0 }: StepOptions): Steps {
  return {
    stride: typeof stride === 'number' ? [stride, stride] : stride,
    padding: typeof padding === 'number' ? [padding, padding, padding, padding] : padding,
  };
}

/**
 * How many positions a window has on an input that long: ⌊(input + padding − window) / stride⌋ + 1 (the tutorial's equations 11 and
 * 12).
 */
export function countPositions(input: number, window: number, stride: number, padding: number): number {
  return Math.floor((input + padding - window) / stride) + 1;
}
