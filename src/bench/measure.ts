import { type Case, keyOf, type RateCase } from './case.js';
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
  const values = new Map<string, number>();
  for (const one of cases) {
    const { value, peer } = await measureInTurns(one, conditions);
    values.set(keyOf(one), value);
    const base = one.against && values.get(keyOf(one.against));
    yield {
      name: one.name,
      threads: one.threads,
      ...(one.unit === 'images' || one.unit === 'gflop'
        ? describeRate(one, value, conditions.limits)
        : { [one.unit]: value, shareOfPeak: null }),
      ...(base === undefined ? {} : { speedup: value / base, against: keyOf(one.against!) }),
      ...(peer ? { peer: peer.value, ratio: value / peer.value, peerName: peer.name } : {}),
    };
  }
}

/** Medians of a case, and of its peer if it has one. */
async function measureInTurns(
  one: Case,
  { bench, peers }: Conditions,
): Promise<{ value: number; peer: { value: number; name: string } | null }> {
  const { unit, counterpart } = one;
  const peer = counterpart && (peers?.peerFor(counterpart.job) ?? null);
  if (!peer) return { value: median(await one.measure(bench)), peer: null };
  const { rounds, kernelSeconds, networkSeconds } = bench.effort;
  const seconds = unit === 'gflop' ? kernelSeconds : networkSeconds;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let turn = 0; turn < TURNS_WITH_PEER; turn++) {
    ours.push(...(await one.measure(bench)));
    const measured = await peer.measure(counterpart.job, rounds, seconds);
    theirs.push(...measured.map(counterpart.toFigure));
  }
  return { value: median(ours), peer: { value: median(theirs), name: peer.name } };
}

/**
 * What a rate comes to, and how near that is to what the machine allows: the roofline of Williams, Waterman and Patterson (CACM 52,
 * 2009).
 */
function describeRate(
  { unit, flops, bytes, threads }: RateCase,
  rate: number,
  limits: readonly Limits[] | null,
): Pick<Figure, 'imagesPerSecond' | 'gflops' | 'shareOfPeak' | 'limit' | 'shareOfLimit'> {
  const work = {
    ...(unit === 'images' ? { imagesPerSecond: rate } : {}),
    gflops: (rate * flops) / 1e9,
  };
  if (!limits) return { ...work, shareOfPeak: null };
  const { gflops, gigabytesPerSecond } = limitsFor(limits, threads);
  const byArithmetic = (gflops * 1e9) / flops;
  const byMemory = (gigabytesPerSecond * 1e9) / bytes;
  return {
    ...work,
    shareOfPeak: rate / byArithmetic,
    limit: byArithmetic <= byMemory ? 'arithmetic' : 'memory',
    shareOfLimit: rate / Math.min(byArithmetic, byMemory),
  };
}
