import { CONTROL } from '../parallel/control.js';
import { type SharedRun, TOTALS } from '../parallel/protocol.js';
import type { TrainOptions } from './types.js';

const INTERVAL_MS = 100;

/**
 * Tells of an epoch's training while it lasts, and once at its end.
 *
 * @param at the epoch, from 0, and the wall time that its training has taken in earlier processes
 * @returns what ends it, and throws what the callback has thrown
 */
export function reportProgress(
  {
    settings: {
      length: { epochs, stepsPerEpoch },
    },
    memory: { totals, control },
  }: SharedRun,
  { epoch, secondsBefore }: { readonly epoch: number; readonly secondsBefore: number },
  { onProgress }: Pick<TrainOptions, 'onProgress'>,
): () => void {
  if (!onProgress) return () => {};
  const start = performance.now() - 1000 * secondsBefore;
  let failure: { readonly error: unknown } | null = null;
  const report = () => {
    const images = totals[TOTALS.images]!;
    if (images === 0) return;
    onProgress({
      epoch: epoch + 1,
      epochs,
      step: Atomics.load(control, CONTROL.step),
      stepsPerEpoch,
      trainLoss: totals[TOTALS.loss]! / images,
      imagesPerSecond: (1000 * images) / (performance.now() - start),
    });
  };
  // Nobody would catch what it throws here: the run ends, and whoever waits for it hears of it.
  const timer = setInterval(() => {
    try {
      report();
    } catch (error) {
      clearInterval(timer);
      failure = { error };
      Atomics.store(control, CONTROL.abort, 1);
    }
  }, INTERVAL_MS);
  return () => {
    clearInterval(timer);
    if (failure) throw failure.error;
    report();
  };
}
