import type { Case, RateCase } from './case.js';
import { makeNetworkCase } from './network-case.js';
import { isSlow } from './network-cost.js';
import { measureNetwork } from './network-rate.js';
import { type BenchNetwork, listNetworks } from './networks.js';

/** Runs that a sweep has side by side. */
const SIDE_BY_SIDE = 2;

/** Workers for each core, where there are more of them than cores. */
const CROWDS = [2, 16];
/** Few phases or many a second: what waiting for a worker that has no core costs most, and less. */
const CROWDED = ['SK-0.2', 'SK-1'];
/** What a machine does besides meets both sides. */
const TURNS = 3;

/** Whether runs side by side keep their speed, what all cores bring beside one, and what more workers than cores cost. */
export function listSweepCases(cores: number): Case[] {
  const networks = listNetworks();
  const small = networks.find(({ name }) => name === 'SK-0.2')!;
  const alone = withoutPeer(makeNetworkCase(`one-run/${small.name}`, small, 'step', 1));
  const scaled = cores === 1 ? [] : networks.map((network) => makeWorkersCase(network, cores, 1));
  const crowded = networks
    .filter(({ name }) => CROWDED.includes(name))
    .flatMap((network) => CROWDS.map((times) => makeWorkersCase(network, times * cores, cores)));
  return [alone, makeSideBySide(small, alone), ...scaled, ...crowded];
}

/** `workers/SK-0.2`: so many workers, in turn with fewer. */
function makeWorkersCase(network: BenchNetwork, workers: number, fewer: number): RateCase {
  const one = makeNetworkCase(`workers/${network.name}`, network, 'step', workers);
  const { measure } = makeNetworkCase(one.name, network, 'step', fewer);
  const name = fewer === 1 ? '1 worker' : `${fewer} workers`;
  return { ...one, slow: isSlow(network), counterpart: { name, turns: TURNS, measure } };
}

/** Runs with one worker each in one pool; the rate is that of all together. */
function makeSideBySide(network: BenchNetwork, alone: RateCase): RateCase {
  return {
    ...withoutPeer(alone),
    name: `two-runs/${network.name}`,
    threads: SIDE_BY_SIDE,
    against: alone,
    async measure(bench) {
      const pool = bench.pool(SIDE_BY_SIDE);
      const run = () => measureNetwork(network, 'step', { pool, workers: 1, effort: bench.effort });
      const runs = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, run));
      return runs[0]!.map((_, round) => runs.reduce((sum, rates) => sum + rates[round]!, 0));
    },
  };
}

/** These are about ourselves. */
function withoutPeer(one: RateCase): RateCase {
  return { ...one, counterpart: null };
}
