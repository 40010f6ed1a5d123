import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Peer } from '../../src/bench/peer.js';
import type { PeerJob } from '../../src/bench/peer-job.js';
import { PEER_PYTHONS } from '../../src/bench/peers.js';
import { SUITES } from '../../src/bench/suites.js';
import { findPackageRoot } from '../../src/core/paths.js';
import { parseNetwork } from '../../src/network/spec.js';

const QUICKLY = [3, 0.001] as const;
/** PyTorch is imported several times, which takes seconds each time, and on a busy machine tens of them. */
const TIMEOUT_MS = 240_000;
const cases = [...SUITES.kernels.listCases(1), ...SUITES.steps.listCases(1)];
const jobOf = (name: string) => {
  const { counterpart } = cases.find((one) => one.name === name)!;
  return (counterpart as { job: PeerJob }).job;
};

/** Composites, and kinds that no network of the benchmarks has. */
const composites: PeerJob = {
  kind: 'step',
  network: parseNetwork({
    input: [6, 6, 3],
    layers: [
      { kind: 'residual', body: [{ kind: 'relu' }, { kind: 'convolution', kernel: 1, filters: 3 }] },
      {
        kind: 'branches',
        branches: [[], [{ kind: 'relu' }], [{ kind: 'average-pooling', kernel: 3, stride: 1, padding: 1 }]],
        join: 'concat',
      },
      { kind: 'batch-normalization' },
      { kind: 'branches', branches: [[{ kind: 'dropout' }], [{ kind: 'identity' }]], join: 'add' },
      { kind: 'fully-connected', units: 12 },
      { kind: 'residual', body: [{ kind: 'batch-normalization' }], shortcut: [{ kind: 'tanh' }] },
    ],
  }),
  batchSize: 10,
  learningRate: 0.1,
  momentum: 0.9,
  weightDecay: 0,
  threads: 1,
};

/** A script's process, by the first Python that has what it needs. */
async function startScript(script: string): Promise<Peer | null> {
  const path = join(findPackageRoot(), 'scripts', 'peer', script);
  for (const python of PEER_PYTHONS) {
    const peer = await Peer.start([python, '-B', path]);
    if (peer) return peer;
  }
  return null;
}

it.each(['no-such-python', process.execPath])('is null where %s does not run the script', async (command) => {
  const script = join(findPackageRoot(), 'scripts', 'peer', 'pytorch.py');
  expect(await Peer.start([command, script])).toBeNull();
});

it('is bound by nothing that our own environment says, but by what it is given', async () => {
  const greet =
    'const { OPENBLAS_CORETYPE: type, LD_PRELOAD: file, SOME: some } = process.env; console.log(JSON.stringify({ name: [type, file, some].join() }))';
  vi.stubEnv('OPENBLAS_CORETYPE', 'Haswell').stubEnv('LD_PRELOAD', 'none.so').stubEnv('SOME', 'thing');
  const peer = await Peer.start([process.execPath, '-e', greet], { LD_PRELOAD: '' });
  vi.unstubAllEnvs();
  expect(peer?.name).toBe(',,thing');
  await peer?.close();
});

it.for([
  {
    script: 'openblas.py',
    options: [{}],
    jobs: ['gemm/256x256x256', 'gemm/128x512x4608'].map(jobOf),
    wrong: { m: -1 },
    reason: /^OpenBLAS .* failed at product: \w*Error/,
  },
  {
    script: 'pytorch.py',
    options: ['eager', 'frozen', 'optimized'].flatMap((mode) => [
      { format: 'contiguous', mode },
      { format: 'channels last', mode },
    ]),
    jobs: [
      ...['step/BN', 'eval/BASE', 'conv-forward+kernel-gradient/3x3x4x4-26x26'].map(jobOf),
      composites,
      { ...composites, kind: 'memory', steps: 2 },
      { ...composites, kind: 'start' },
      { ...composites, kind: 'epochs', images: 20, leastEpochs: 3 },
    ] as PeerJob[],
    wrong: { batchSize: -1 },
    reason: /^PyTorch .* failed at step: RuntimeError/,
  },
])(
  '$script does its kinds of job, and says what is wrong with one',
  { timeout: TIMEOUT_MS },
  async (one, context) => {
    const peer = await startScript(one.script);
    if (!peer) return context.skip();
    try {
      for (const [i, job] of one.jobs.entries()) {
        // An evaluation is done in all modes, what else there is in one each.
        const tried = job.kind === 'evaluation' ? one.options : [one.options[i % one.options.length]!];
        for (const options of tried) {
          const measured = await peer.measure(job, ...QUICKLY, options);
          expect(measured.length).toBeGreaterThanOrEqual(job.kind === 'memory' ? 1 : 3);
          expect(Math.min(...measured)).toBeGreaterThan(0);
        }
      }
      const wrong = peer.measure({ ...one.jobs[0]!, ...one.wrong }, ...QUICKLY, one.options[0]);
      await expect(wrong).rejects.toThrow(one.reason);
    } finally {
      await peer.close();
    }
  },
);
