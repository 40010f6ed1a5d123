import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '../../src/experiment/environment.js';
import type { SweepPoint } from '../../src/experiment/plan-sweep.js';
import { packPoint } from '../../src/experiment/portable-point.js';
import { listCarriedFiles } from '../../src/remote/carried-files.js';
import {
  type CarriedResult,
  carryResult,
  type Training,
  writeResult,
} from '../../src/remote/carried-result.js';
import type { SharedFolder } from '../../src/remote/shared-folder.js';
import type { TrainResult } from '../../src/run/types.js';
import { makeFolder, makeMetrics, makeResult } from '../experiment/fake-runs.js';

/** Where no machine is. */
export function makeTraining(host = 'node1', attempt = 1): Training {
  return {
    environment: {
      ...readEnvironment(),
      remote: { host, job: 'slurm 12_3', attempt, resumptions: attempt - 1 },
    },
    workers: 3,
    startedAt: '2026-01-02T03:04:05.006Z',
    finishedAt: '2026-01-02T04:04:05.006Z',
  };
}

/** A result of a point with its network, in a folder of its own. */
export async function makeFound(
  point: SweepPoint,
  changes: Partial<TrainResult> = {},
  host = 'node1',
): Promise<{ carried: CarriedResult; folder: string }> {
  const folder = join(makeFolder(), 'attempt-1');
  mkdirSync(folder);
  writeFileSync(join(folder, 'model.safetensors'), `the network of ${point.identity}`);
  const epochs = [makeMetrics(1, 9), makeMetrics(2, 8.5)];
  const result = makeResult(point.spec, { epochs, ...changes });
  const files = await listCarriedFiles(folder, 'model');
  return {
    carried: carryResult(result, { point: packPoint(point), training: makeTraining(host), files }),
    folder,
  };
}

/** Puts a result of a point into the shared folder, as another attempt. */
export async function leaveResult(
  shared: SharedFolder,
  point: SweepPoint,
  changes: Partial<TrainResult> = {},
  host?: string,
): Promise<string> {
  const { folder } = await shared.beginAttempt(point.identity);
  const found = await makeFound(point, changes, host);
  cpSync(found.folder, folder, { recursive: true });
  await writeResult(join(folder, 'result.json'), found.carried);
  return folder;
}
