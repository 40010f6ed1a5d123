import { type Case, keyOf, type RateCase } from './case.js';
import type { Figure } from './figure.js';
import { type Limits, limitsFor } from './machine.js';
import { median } from './median.js';
import type { Peers } from './peers.js';
import type { Workbench } from './workbench.js';

/** A peer and we take so many turns, A B A B, so that what else the machine does meets both. */
const TURNS_WITH_PEER = 2;

/** What cases are measured with. */
export interface Conditions {
  readonly bench: Workbench;
  /** Null if they could not be measured. */
  readonly limits: readonly Limits[] | null;
  /** Null if they are not to be asked. */
  readonly peers: Pick<Peers, 'peerFor'> | null;
}

/** The other side of a case. */
interface Other {
  readonly name: string;
  readonly turns: number;
  measure(): Promise<readonly number[]>;
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
      kernels: conditions.bench.kernels,
      ...(one.unit === 'images' || one.unit === 'gflop'
        ? describeRate(one, value, conditions.limits)
        : { [one.unit]: value, shareOfPeak: null }),
      ...(base === undefined ? {} : { speedup: value / base, against: keyOf(one.against!) }),
      ...(peer ? { peer: peer.value, ratio: value / peer.value, peerName: peer.name } : {}),
    };
  }
}

/** Medians of a case, and of its other side if it has one. */
async function measureInTurns(
  one: Case,
  conditions: Conditions,
): Promise<{ value: number; peer: { value: number; name: string } | null }> {
  const { bench } = conditions;
  const other = findOther(one, conditions);
  if (!other) return { value: median(await one.measure(bench)), peer: null };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let turn = 0; turn < other.turns; turn++) {
    ours.push(...(await one.measure(bench)));
    theirs.push(...(await other.measure()));
  }
  return { value: median(ours), peer: { value: median(theirs), name: other.name } };
}

function findOther({ unit, counterpart }: Case, { bench, peers }: Conditions): Other | null {
  if (!counterpart) return null;
  if ('measure' in counterpart) {
    const { name, turns } = counterpart;
    return { name, turns, measure: () => counterpart.measure(bench) };
  }
  const { job, toFigure } = counterpart;
  const peer = peers?.peerFor(job);
  if (!peer) return null;
  const { rounds, kernelSeconds, networkSeconds } = bench.effort;
  const seconds = unit === 'gflop' ? kernelSeconds : networkSeconds;
  return {
    name: peer.name,
    turns: TURNS_WITH_PEER,
    measure: async () => (await peer.measure(job, rounds, seconds)).map(toFigure),
  };
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
