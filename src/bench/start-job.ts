import { makeSyntheticDataset } from '../dataset/synthetic.js';
import type { RunSpec } from '../run/spec.js';
import { train } from '../train.js';

/** A process that trains one step. */
export interface StartJob {
  readonly spec: RunSpec;
  readonly workers: number;
  /** Images of noise to train on; null for those of the spec's data set, which are read from their files. */
  readonly noise: Parameters<typeof makeSyntheticDataset> | null;
}

/** What the process does: prints the time at which its first step has ended, in milliseconds since 1970. */
export async function trainFirstStep({ spec, workers, noise }: StartJob): Promise<void> {
  await train(spec, {
    workers,
    ...(noise ? { dataset: makeSyntheticDataset(...noise) } : {}),
    signal: AbortSignal.abort(),
    onProgress: () => console.log(performance.timeOrigin + performance.now()),
  });
}
