import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { findAllocators } from '../../src/bench/allocators.js';
import { Peer } from '../../src/bench/peer.js';
import type { PeerJob } from '../../src/bench/peer-job.js';
import { measureIn, type PeerProcess, startUnderEach, TunedPeer } from '../../src/bench/tuned-peer.js';
import { parseNetwork } from '../../src/network/spec.js';

/** A peer whose work takes what its option says, or fails. */
const PROGRAM = `
  const lines = require('node:readline').createInterface({ input: process.stdin });
  console.log(JSON.stringify({ name: 'some peer' }));
  lines.on('line', (line) => {
    const { kind, rounds, seconds, format } = JSON.parse(line);
    const took = { slow: 3, quick: 1, seconds, 'quick in steps': kind === 'step' ? 0.5 : 9 }[format];
    console.log(JSON.stringify(took ? { measured: Array(rounds).fill(took) } : { error: 'no such format' }));
  });`;
const COMMAND = [execPath, '-e', PROGRAM];
const PRODUCT: PeerJob = { kind: 'product', m: 1, n: 1, k: 1, threads: 1 };
const EPOCHS: PeerJob = {
  kind: 'epochs',
  network: parseNetwork({ input: [1, 1, 1], layers: [{ kind: 'fully-connected', units: 2 }] }),
  ...{ batchSize: 1, learningRate: 0, momentum: 0, weightDecay: 0, images: 1, leastEpochs: 1, threads: 1 },
};

/** What is not there, and what is no library: the linker passes over both. */
const FOREIGN = ['/no/such.so', fileURLToPath(import.meta.url)];

let opened: readonly PeerProcess[] = [];
afterEach(() => Promise.all(opened.map(({ process }) => process.close())));

const startDefault = async () => (await Peer.start(COMMAND))!;

/** A peer with so many formats to choose from, and what it tells. */
async function tune(...formats: readonly string[]) {
  const told: string[] = [];
  opened = [{ allocator: 'malloc', process: await startDefault() }];
  const peer = new TunedPeer(
    opened,
    () => formats.map((format) => ({ format })),
    (line) => told.push(line),
  );
  return { peer, told };
}

describe('a tuned peer', () => {
  it('chooses the setting that takes least, and works in it', async () => {
    const { peer, told } = await tune('slow', 'quick');
    const setting = await peer.choose(PRODUCT, 1);
    expect([peer.name, setting.name]).toEqual(['some peer', 'malloc, quick']);
    expect(await measureIn(setting, PRODUCT, 2, 1)).toEqual([1, 1]);
    expect(told).toEqual([]);
  });

  it('tries each for a part of the time', async () => {
    const { peer } = await tune('quick', 'seconds');
    expect((await peer.choose(PRODUCT, 2.7)).name).toBe('malloc, seconds');
    expect((await peer.choose(PRODUCT, 3.3)).name).toBe('malloc, quick');
  });

  it('tries steps for epochs', async () => {
    const { peer } = await tune('quick', 'quick in steps');
    expect((await peer.choose(EPOCHS, 1)).name).toBe('malloc, quick in steps');
  });

  it('tells of a setting that fails, and goes on without it', async () => {
    const { peer, told } = await tune('wrong', 'slow');
    expect((await peer.choose(PRODUCT, 1)).name).toBe('malloc, slow');
    expect(told).toEqual([
      'some peer failed at product: no such format (malloc, wrong); going on without this setting',
    ]);
  });

  it('that fails in all settings fails', async () => {
    const { peer } = await tune('wrong', 'worse');
    await expect(peer.choose(PRODUCT, 1)).rejects.toThrow('some peer failed at product: no such format');
  });
});

describe('a process under each allocator', () => {
  it('is not one that runs without it after all', async () => {
    const told: string[] = [];
    opened = await startUnderEach(
      [{ name: 'some allocator', files: FOREIGN, environment: {} }],
      COMMAND,
      await startDefault(),
      (line) => told.push(line),
    );
    expect(opened.map(({ allocator }) => allocator)).toEqual(['malloc']);
    expect(told).toEqual([
      `some peer does not start under some allocator (${FOREIGN.join(', ')}); going on without it`,
    ]);
  });

  it('works there', async (context) => {
    const { found } = findAllocators();
    if (found.length === 0) return context.skip();
    const strangers = found.map(({ files, ...rest }) => ({ ...rest, files: [...FOREIGN, ...files] }));
    opened = await startUnderEach(strangers, COMMAND, await startDefault(), (line) =>
      expect.unreachable(line),
    );
    expect(opened.map(({ allocator }) => allocator)).toEqual(['malloc', ...found.map(({ name }) => name)]);
  });
});
