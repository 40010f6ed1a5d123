import { type Case, keyOf } from './case.js';
import type { Figure } from './figure.js';
import { type Limits, limitsFor } from './machine.js';
import { median } from './median.js';
import type { Peers } from './peers.js';
import type { Workbench } from './workbench.js';

/** With a peer, both sides take so many turns, A B A B, so that what else the machine does meets both. */
const TURNS_WITH_PEER = 2;

/** What cases are measured with. */
export interface Conditions {
  readonly bench: Workbench;
  /** Null if they could not be measured. */
  readonly limits: readonly Limits[] | null;
  /** Null if there is to be no comparison. */
  readonly peers: Pick<Peers, 'peerFor'> | null;
}

/** Measures cases one after another, each side alone on the machine. */
export async function* measureCases(
  cases: readonly Case[],
  conditions: Conditions,
): AsyncGenerator<Figure, void, undefined> {
  const rates = new Map<string, number>();
  for (const one of cases) {
    const { rate, peer } = await measureRates(one, conditions);
    rates.set(keyOf(one), rate);
    const base = one.against && rates.get(keyOf(one.against));
    yield {
      name: one.name,
      threads: one.threads,
      ...(one.unit === 'images' ? { imagesPerSecond: rate } : {}),
      ...(one.unit === 'starts' ? { milliseconds: 1000 / rate } : {}),
      gflops: (rate * one.flops) / 1e9,
      ...shareLimits(one, rate, conditions.limits),
      ...(base === undefined ? {} : { speedup: rate / base, against: keyOf(one.against!) }),
      ...(peer ? { peer: peer.rate, ratio: rate / peer.rate, peerName: peer.name } : {}),
    };
  }
}

async function measureRates(
  one: Case,
  { bench, peers }: Conditions,
): Promise<{ rate: number; peer: { rate: number; name: string } | null }> {
  const job = one.peerJob;
  const peer = job && (peers?.peerFor(job) ?? null);
  if (!peer) return { rate: median(await one.measure(bench)), peer: null };
  const { rounds, kernelSeconds, networkSeconds } = bench.effort;
  const seconds = one.unit === 'images' ? networkSeconds : kernelSeconds;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let turn = 0; turn < TURNS_WITH_PEER; turn++) {
    ours.push(...(await one.measure(bench)));
    const secondsPerRun = await peer.time(job, rounds, seconds);
    theirs.push(...secondsPerRun.map((perRun) => one.peerUnits / perRun));
  }
  return { rate: median(ours), peer: { rate: median(theirs), name: peer.name } };
}

/** How near a rate comes to what the machine allows: the roofline of Williams, Waterman and Patterson (CACM 52, 2009). */
function shareLimits(
  { flops, bytes, threads }: Case,
  rate: number,
  limits: readonly Limits[] | null,
): Pick<Figure, 'shareOfPeak' | 'limit' | 'shareOfLimit'> {
  if (!limits) return { shareOfPeak: null };
  const { gflops, gigabytesPerSecond } = limitsFor(limits, threads);
  const byArithmetic = (gflops * 1e9) / flops;
  const byMemory = (gigabytesPerSecond * 1e9) / bytes;
  return {
    shareOfPeak: rate / byArithmetic,
    limit: byArithmetic <= byMemory ? 'arithmetic' : 'memory',
    shareOfLimit: rate / Math.min(byArithmetic, byMemory),
  };
}
