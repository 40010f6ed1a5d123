import { expect, it } from 'vitest';
import { Peer } from '../../src/bench/peer.js';
import { SUITES } from '../../src/bench/suites.js';
import { parseNetwork } from '../../src/network/spec.js';

it('is null where no Python has torch', async () => {
  expect(await Peer.find(['no-such-python', process.execPath])).toBeNull();
});

it('does every kind of job, and says what is wrong with one', async (context) => {
  const peer = await Peer.find();
  if (!peer) return context.skip();
  try {
    const cases = [...SUITES.kernels.listCases(1), ...SUITES.steps.listCases(1)];
    const names = ['gemm/256x256x256', 'conv-forward+kernel-gradient/3x3x4x4-26x26', 'step/BN', 'eval/BASE'];
    for (const name of names) {
      const { peerJob } = cases.find((one) => one.name === name)!;
      const seconds = await peer.time(peerJob!, 3, 0.001);
      expect(seconds).toHaveLength(3);
      expect(Math.min(...seconds)).toBeGreaterThan(0);
    }
    const network = parseNetwork({
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
    });
    const work = { network, batchSize: 10, learningRate: 0.1, momentum: 0.9, weightDecay: 0, threads: 1 };
    expect(await peer.time({ kind: 'step', ...work }, 3, 0.001)).toHaveLength(3);
    await expect(peer.time({ kind: 'product', m: -1, n: 1, k: 1, threads: 1 }, 3, 0.001)).rejects.toThrow(
      /^PyTorch .* failed at product: RuntimeError/,
    );
  } finally {
    await peer.close();
  }
});
