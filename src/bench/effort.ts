/** How long to measure. */
export interface Effort {
  /** Measurements that a median is taken of. */
  readonly rounds: number;
  /** Least time of one measurement of kernels. */
  readonly kernelSeconds: number;
  /** Time that one measurement of whole networks aims at. */
  readonly networkSeconds: number;
  /** Time that training is followed epoch by epoch. */
  readonly courseSeconds: number;
}

export const THOROUGH: Effort = { rounds: 7, kernelSeconds: 0.05, networkSeconds: 0.3, courseSeconds: 60 };
export const QUICK: Effort = { rounds: 5, kernelSeconds: 0.008, networkSeconds: 0.03, courseSeconds: 1 };
