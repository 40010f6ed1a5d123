import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { RandomStream } from '../../src/core/rng.js';
import { FUSED } from '../../src/kernels/arithmetic.js';
import { availableKernelNames, KERNELS_VARIABLE } from '../../src/kernels/select.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { CheckpointOptions, Resumption } from '../../src/run/types.js';

const SCRIPT = join(import.meta.dirname, 'resumable-run.mjs');

/** The instruction sets that give equal bits here. */
export const SETS = availableKernelNames().filter((name) => FUSED.includes(name));

/** A run in a process of its own. */
export interface OwnProcess {
  readonly spec: RunSpec;
  readonly checkpoints?: CheckpointOptions;
  readonly workers?: number;
  /** Kernel set; the fastest unless it is given. */
  readonly kernels?: string;
  /** So many milliseconds after it has begun its process is killed. */
  readonly killAfterMs?: number;
  /** In place of the beginning: since when they are counted. */
  readonly isReady?: () => boolean;
}

/** How often a process is looked at until it is ready to be killed. */
const LOOK_MS = 5;

/** What a process has to say at its end. */
export interface OwnEnd {
  readonly resumed: readonly Pick<Resumption, 'epoch' | 'step' | 'rejected'>[];
  /** All of the result but times. */
  readonly facts: { readonly state: string } & Record<string, unknown>;
}

/** Trains in a process of its own. Null if it was killed before its end; throws if it failed. */
export async function trainApart({
  kernels,
  killAfterMs = Number.POSITIVE_INFINITY,
  isReady = () => true,
  ...options
}: OwnProcess): Promise<OwnEnd | null> {
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify({ workers: 2, ...options })], {
    env: { ...process.env, ...(kernels && { [KERNELS_VARIABLE]: kernels }) },
  });
  let out = '';
  let errors = '';
  let timer: NodeJS.Timeout | undefined;
  const aim = () => {
    timer = isReady() ? setTimeout(() => child.kill('SIGKILL'), killAfterMs) : setTimeout(aim, LOOK_MS);
  };
  child.stdout.on('data', (text) => {
    out += text;
    if (timer === undefined && Number.isFinite(killAfterMs)) aim();
  });
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  clearTimeout(timer);
  const [, end] = out.split('\n');
  if (end) return JSON.parse(end) as OwnEnd;
  if (signal === 'SIGKILL' && errors === '') return null;
  throw new Error(`the run failed: ${errors}`);
}

/** Numbers for a test's instants, and the seed that gives them again. */
export function drawInstants() {
  const seed = Number(process.env.CONVOY_SEED ?? Date.now() % 2 ** 31);
  const stream = new RandomStream([seed, 12]);
  return {
    seed: `CONVOY_SEED=${seed}`,
    below: (limit: number) => stream.nextBelow(Math.max(1, Math.ceil(limit))),
  };
}
