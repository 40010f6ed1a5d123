import { describe, expect, it } from 'vitest';
import { Peers } from '../../src/bench/peers.js';

const PRODUCT = { kind: 'product', m: 8, n: 8, k: 8, threads: 1 } as const;

describe('peers', () => {
  it('that are missing are named, one line for each that would be needed', async () => {
    const peers = await Peers.find(['product', 'convolution', 'step'], ['no-such-python']);
    expect(peers.missing).toEqual([
      "no Python (no-such-python) that finds OpenBLAS (such as Debian's libopenblas-dev); going on without it",
      'no Python (no-such-python) that finds torch; going on without it',
    ]);
    expect([peers.names, peers.peerFor(PRODUCT)]).toEqual([[], null]);
    await peers.close();
  });

  it('are not looked for where no job needs them', async () => {
    expect((await Peers.find([], ['no-such-python'])).missing).toEqual([]);
  });

  it('take the jobs that are theirs', async (context) => {
    const peers = await Peers.find(['product']);
    try {
      const peer = peers.peerFor(PRODUCT);
      if (!peer) return context.skip();
      expect(peers.names).toEqual([peer.name]);
      expect(peer.name).toMatch(/^OpenBLAS \d/);
    } finally {
      await peers.close();
    }
  });
});
