import { expect, it } from 'vitest';
import { Peer } from '../../src/bench/peer.js';
import type { PeerJob } from '../../src/bench/peer-job.js';
import { SUITES } from '../../src/bench/suites.js';
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

it('is null where no Python has what the script needs', async () => {
  expect(await Peer.find('pytorch.py', ['no-such-python', process.execPath])).toBeNull();
});

it.for([
  {
    script: 'openblas.py',
    jobs: ['gemm/256x256x256', 'gemm/128x512x4608'].map(jobOf),
    wrong: { m: -1 },
    reason: /^OpenBLAS .* failed at product: \w*Error/,
  },
  {
    script: 'pytorch.py',
    jobs: [
      ...['step/BN', 'eval/BASE', 'conv-forward+kernel-gradient/3x3x4x4-26x26'].map(jobOf),
      composites,
      { ...composites, kind: 'memory', steps: 2 },
      { ...composites, kind: 'start' },
    ] as PeerJob[],
    wrong: { batchSize: -1 },
    reason: /^PyTorch .* failed at step: RuntimeError/,
  },
])(
  '$script does its kinds of job, and says what is wrong with one',
  { timeout: TIMEOUT_MS },
  async (one, context) => {
    const peer = await Peer.find(one.script);
    if (!peer) return context.skip();
    try {
      for (const job of one.jobs) {
        const measured = await peer.measure(job, ...QUICKLY);
        expect(measured).toHaveLength(job.kind === 'memory' ? 1 : 3);
        expect(Math.min(...measured)).toBeGreaterThan(0);
      }
      await expect(peer.measure({ ...one.jobs[0]!, ...one.wrong }, ...QUICKLY)).rejects.toThrow(one.reason);
    } finally {
      await peer.close();
    }
  },
);
