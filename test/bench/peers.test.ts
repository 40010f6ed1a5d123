import { describe, expect, it } from 'vitest';
import { Peers } from '../../src/bench/peers.js';

const PRODUCT = { kind: 'product', m: 8, n: 8, k: 8, threads: 1 } as const;

describe('peers', () => {
  it('that are missing are named, one line for each that would be needed', async () => {
    const told: string[] = [];
    const peers = await Peers.find(['product', 'convolution', 'step'], (line) => told.push(line), [
      'no-such-python',
    ]);
    expect(told).toEqual([
      'no Python (no-such-python) that finds OpenBLAS; going on without it. Debian: apt-get install libopenblas0-pthread',
      'no Python (no-such-python) that finds torch; going on without it. Debian: apt-get install python3-torch',
    ]);
    expect([peers.names, peers.peersFor(PRODUCT)]).toEqual([[], []]);
    await peers.close();
  });

  it('are not looked for where no job needs them', async () => {
    await Peers.find([], () => expect.unreachable(), ['no-such-python']);
  });

  it('take the jobs that are theirs', async (context) => {
    const peers = await Peers.find(['product'], () => {});
    try {
      const [peer] = peers.peersFor(PRODUCT);
      if (!peer) return context.skip();
      expect(peers.names).toEqual([peer.name]);
      expect(peer.name).toMatch(/^OpenBLAS \d/);
    } finally {
      await peers.close();
    }
  });
});
