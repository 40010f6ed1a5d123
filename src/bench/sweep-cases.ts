import type { Case, RateCase } from './case.js';
import { makeNetworkCase } from './network-case.js';
import { measureNetwork } from './network-rate.js';
import { type BenchNetwork, makeSk } from './networks.js';

/** Runs that a sweep has side by side. */
const SIDE_BY_SIDE = 2;

/** Whether runs side by side keep their speed, and whether more workers than cores lose theirs. */
export function listSweepCases(cores: number): Case[] {
  const small = makeSk(0.2);
  const alone = makeNetworkCase(`one-run/${small.name}`, small, 'step', 1);
  const crowded = [small, makeSk(1)].flatMap((network) => {
    const name = `workers/${network.name}`;
    const fitting = makeNetworkCase(name, network, 'step', cores);
    return [withoutPeer(fitting), withoutPeer(makeNetworkCase(name, network, 'step', 2 * cores, fitting))];
  });
  return [withoutPeer(alone), makeSideBySide(small, alone), ...crowded];
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
