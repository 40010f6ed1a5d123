import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Executor, ExecutorOptions } from '../../src/experiment/executor.js';
import type { SweepPoint } from '../../src/experiment/plan-sweep.js';
import type { EpochMetrics, TrainResult } from '../../src/run/types.js';

type Message =
  | { readonly metrics: EpochMetrics }
  | { readonly result: TrainResult }
  | { readonly error: string };

/** Trains every point in a process of its own, to which it gives nothing but the spec as JSON. */
export class ChildExecutor implements Executor {
  readonly parallel = 2;
  readonly workers = 1;

  run({ spec }: SweepPoint, { signal, observer }: ExecutorOptions): Promise<TrainResult> {
    const child = fork(join(import.meta.dirname, 'train-in-child.mjs'), { serialization: 'advanced' });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`the process ended with ${code} and without a result`)));
      child.on('message', (message: Message) => {
        if ('metrics' in message) observer.epochEnded(message.metrics);
        else if ('result' in message) resolve(message.result);
        else reject(new Error(message.error));
      });
      child.send({ spec: JSON.parse(JSON.stringify(spec)) });
      signal.addEventListener('abort', () => child.send({ stop: true }));
    });
  }
}
