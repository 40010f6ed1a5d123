import { type Case, keyOf, type RateCase } from './case.js';
import type { Figure } from './figure.js';
import { type Limits, limitsFor } from './machine.js';
import { median } from './median.js';
import type { Peers } from './peers.js';
import { measureIn } from './tuned-peer.js';
import type { Workbench } from './workbench.js';

/** A peer and we take so many turns, A B A B, so that what else the machine does meets both. */
const TURNS_WITH_PEER = 2;

/** What cases are measured with. */
export interface Conditions {
  readonly bench: Workbench;
  /** Null if they could not be measured. */
  readonly limits: readonly Limits[] | null;
  /** Null if they are not to be asked. */
  readonly peers: Pick<Peers, 'peersFor'> | null;
}

/** Another side of a case. */
interface Other {
  readonly name: string;
  /** Empty if there is but one. */
  readonly setting: string;
  readonly turns: number;
  measure(): Promise<readonly number[]>;
}

/** A side's values, turn by turn. */
type Turns = readonly (readonly number[])[];

/** Measures cases one after another, each side alone on the machine. A figure is made for each other side, or one of ours by itself. */
export async function* measureCases(
  cases: readonly Case[],
  conditions: Conditions,
): AsyncGenerator<Figure, void, undefined> {
  const values = new Map<string, number>();
  for (const one of cases) {
    const others = await findOthers(one, conditions);
    const [ours, ...theirs] = await takeTurns(one, others, conditions.bench);
    for (const { name, against, pick } of one.aspects ?? [{ ...one, pick: all }]) {
      const takeMedian = (turns: Turns) => median(turns.flatMap(pick));
      const value = takeMedian(ours!);
      values.set(keyOf({ name, threads: one.threads }), value);
      const base = against && values.get(keyOf(against));
      const figure = {
        name,
        threads: one.threads,
        kernels: conditions.bench.kernels,
        ...describeValue(one, value, conditions.limits),
        ...(base === undefined ? {} : { speedup: value / base, against: keyOf(against!) }),
      };
      if (others.length === 0) yield figure;
      for (const [i, other] of others.entries()) {
        yield { ...figure, ...compare(value, takeMedian(theirs[i]!), other) };
      }
    }
  }
}

const all = (values: readonly number[]) => values;

function compare(value: number, peer: number, { name, setting }: Other) {
  const comparison = { peer, ratio: value / peer, peerName: name };
  return setting === '' ? comparison : { ...comparison, peerSetting: setting };
}

function describeValue(one: Case, value: number, limits: Conditions['limits']) {
  const isRate = one.unit === 'images' || one.unit === 'gflop';
  return isRate ? describeRate(one, value, limits) : { [one.unit]: value, shareOfPeak: null };
}

/** Ours and the others' values. */
async function takeTurns(one: Case, others: readonly Other[], bench: Workbench): Promise<Turns[]> {
  const sides = [() => one.measure(bench), ...others.map((other) => () => other.measure())];
  const measured = sides.map((): (readonly number[])[] => []);
  const turns = Math.max(1, ...others.map((other) => other.turns));
  for (let turn = 0; turn < turns; turn++) {
    for (const [i, measure] of sides.entries()) measured[i]!.push(await measure());
  }
  return measured;
}

/** Ourselves in another way, or the peers, each in the setting that suits it best. */
async function findOthers({ unit, counterpart }: Case, { bench, peers }: Conditions): Promise<Other[]> {
  if (!counterpart) return [];
  if ('measure' in counterpart) {
    const { name, turns } = counterpart;
    return [{ name, setting: '', turns, measure: () => counterpart.measure(bench) }];
  }
  const { job, toFigure } = counterpart;
  const { rounds, kernelSeconds, networkSeconds, courseSeconds } = bench.effort;
  const trialSeconds = unit === 'gflop' ? kernelSeconds : networkSeconds;
  const seconds = job.kind === 'epochs' ? courseSeconds : trialSeconds;
  const others: Other[] = [];
  for (const peer of peers?.peersFor(job) ?? []) {
    const setting = await peer.choose(job, trialSeconds);
    others.push({
      name: peer.name,
      setting: setting.name,
      turns: TURNS_WITH_PEER,
      measure: async () => (await measureIn(setting, job, rounds, seconds)).map(toFigure),
    });
  }
  return others;
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
