import { expect, it } from 'vitest';
import { Peer } from '../../src/bench/peer.js';
import { SUITES } from '../../src/bench/suites.js';

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
    await expect(peer.time({ kind: 'product', m: -1, n: 1, k: 1, threads: 1 }, 3, 0.001)).rejects.toThrow(
      /^PyTorch .* failed at product: RuntimeError/,
    );
  } finally {
    await peer.close();
  }
});
