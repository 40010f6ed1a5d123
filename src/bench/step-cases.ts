import type { Case } from './case.js';
import { makeNetworkCase } from './network-case.js';
import { isSlow } from './network-cost.js';
import { listNetworks } from './networks.js';

const PASSES = [
  ['step', 'step'],
  ['eval', 'evaluation'],
] as const;

/** `step/SK-1` and `eval/SK-1`: every network's training and evaluation, on one worker and on all cores. */
export function listStepCases(cores: number): Case[] {
  return listNetworks().flatMap((network) =>
    PASSES.flatMap(([prefix, pass]) => {
      const name = `${prefix}/${network.name}`;
      const single = makeNetworkCase(name, network, pass, 1);
      const alone = { ...single, slow: isSlow(network) };
      return cores === 1 ? [alone] : [alone, makeNetworkCase(name, network, pass, cores, alone)];
    }),
  );
}
