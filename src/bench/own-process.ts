import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { findPackageRoot } from '../core/paths.js';
import { makeSyntheticDataset } from '../dataset/synthetic.js';
import type { RunSpec } from '../run/spec.js';
import { train } from '../train.js';

/** What a process of its own trains. */
export interface OwnProcessTask {
  readonly spec: RunSpec;
  readonly workers: number;
  /** Images of noise to train on; null for those of the spec's data set, which are read from their files. */
  readonly noise: Parameters<typeof makeSyntheticDataset> | null;
  /** Whether it ends with its first step. */
  readonly onlyFirstStep: boolean;
}

/** What a process of its own took. */
export interface OwnProcessCost {
  /** From when it was asked for until the end of its first step, or of some steps unless that was the only one. */
  readonly milliseconds: number;
  /** Millions of bytes that were resident at once. */
  readonly peakMegabytes: number;
}

/** What the process tells of itself. */
interface Report {
  /** In milliseconds since 1970. */
  readonly trainedAt: number;
  readonly peakMegabytes: number;
}

/** Starts a process that trains, and waits for its end. */
export async function measureOwnProcess(task: OwnProcessTask): Promise<OwnProcessCost> {
  const urlOf = (...path: string[]) => pathToFileURL(join(findPackageRoot(), 'dist', 'src', ...path)).href;
  // With all of the package, as a program has it.
  const program =
    `import '${urlOf('index.js')}'; import { trainInOwnProcess } from '${urlOf('bench', 'own-process.js')}'; ` +
    `await trainInOwnProcess(${JSON.stringify(task)});`;
  const start = readClock();
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`A process that trains failed:\n${errors}`);
  const { trainedAt, peakMegabytes } = JSON.parse(output) as Report;
  return { milliseconds: trainedAt - start, peakMegabytes };
}

/** What that process does: trains, and prints its report. */
export async function trainInOwnProcess(task: OwnProcessTask): Promise<void> {
  const { spec, workers, noise, onlyFirstStep } = task;
  const stop = new AbortController();
  let trainedAt: number | undefined;
  await train(onlyFirstStep ? { ...spec, maxIterations: 1 } : spec, {
    workers,
    ...(noise ? { dataset: makeSyntheticDataset(...noise) } : {}),
    signal: stop.signal,
    onProgress: () => {
      trainedAt ??= readClock();
      // Before anything is evaluated.
      if (onlyFirstStep) stop.abort();
    },
  });
  console.log(JSON.stringify({ trainedAt, peakMegabytes: (readPeakKibibytes() * 1024) / 1e6 }));
}

/** Milliseconds since 1970, the same in all processes. */
function readClock(): number {
  return performance.timeOrigin + performance.now();
}

function readPeakKibibytes(): number {
  if (process.platform === 'linux') {
    // What getrusage gives also counts what the process was before it became this program.
    const [, peak] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (peak !== undefined) return Number(peak);
  }
  return process.resourceUsage().maxRSS;
}
