import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Peer } from '../../src/bench/peer.js';
import type { PeerJob } from '../../src/bench/peer-job.js';
import { SUITES } from '../../src/bench/suites.js';
import { findPackageRoot } from '../../src/core/paths.js';

const COMMAND = [process.execPath, join(findPackageRoot(), 'scripts', 'peer', 'onnxruntime.js')];
/** Training and export come before the first answer. */
const TIMEOUT_MS = 120_000;

/** Whether somebody has put it among the other packages. */
function isInstalled(): boolean {
  try {
    return createRequire(import.meta.url).resolve('onnxruntime-node') !== '';
  } catch {
    return false;
  }
}

function jobOf(name: string): PeerJob {
  const { counterpart } = SUITES.steps.listCases(1).find((one) => one.name === name)!;
  return (counterpart as { job: PeerJob }).job;
}

let peer: Peer | null = null;
afterEach(() => peer?.close());

describe('ONNX Runtime', () => {
  it.skipIf(isInstalled())('is no peer where it is not installed', async () => {
    peer = await Peer.start(COMMAND, { CONVOY_ONNXRUNTIME: '' });
    expect(peer).toBeNull();
  });

  // `npm run test:onnx` installs it.
  it.runIf(process.env.CONVOY_ONNXRUNTIME)(
    'evaluates networks as they are exported, and says what is wrong with a job',
    { timeout: TIMEOUT_MS },
    async () => {
      peer = await Peer.start(COMMAND);
      expect(peer?.name).toMatch(/^ONNX Runtime \d+\.\d+\.\d+$/);
      // With batch normalisation and without.
      for (const name of ['eval/BN', 'eval/SK-0.2']) {
        const measured = await peer!.measure(jobOf(name), 3, 0.001);
        expect(measured).toHaveLength(3);
        expect(Math.min(...measured)).toBeGreaterThan(0);
      }
      const wrong = peer!.measure(jobOf('step/BN'), 3, 0.001);
      await expect(wrong).rejects.toThrow(
        /^ONNX Runtime .* failed at step: Error: expected an evaluation, found step/,
      );
    },
  );
});
