import { describe, expect, it } from 'vitest';
import type { Case, CostCase, RateCase } from '../../src/bench/case.js';
import { QUICK } from '../../src/bench/effort.js';
import type { Figure } from '../../src/bench/figure.js';
import { type Conditions, measureCases } from '../../src/bench/measure.js';
import type { Peers } from '../../src/bench/peers.js';
import type { TunedPeer } from '../../src/bench/tuned-peer.js';
import { Workbench } from '../../src/bench/workbench.js';

const LIMITS = [
  { threads: 1, gflops: 100, gigabytesPerSecond: 10 },
  { threads: 2, gflops: 200, gigabytesPerSecond: 15 },
];

function makeCase(fields: Partial<RateCase> & { rates?: number[] }): RateCase {
  const { rates = [100], ...rest } = fields;
  return {
    name: 'step/some',
    threads: 1,
    unit: 'images',
    flops: 5e8,
    bytes: 1e6,
    measure: async () => rates,
    counterpart: {
      job: { kind: 'product', m: 1, n: 1, k: 1, threads: 1 },
      toFigure: (seconds) => 10 / seconds,
    },
    ...rest,
  };
}

async function measure(cases: readonly Case[], conditions: Partial<Conditions> = {}): Promise<Figure[]> {
  const bench = new Workbench('reference', QUICK);
  const figures: Figure[] = [];
  for await (const figure of measureCases(cases, { bench, limits: LIMITS, peers: null, ...conditions })) {
    figures.push(figure);
  }
  return figures;
}

describe('a measured figure', () => {
  it('is the median of its rounds, as a share of the peak of as many cores', async () => {
    const [figure] = await measure([makeCase({ threads: 2, rates: [90, 1, 80, 300, 100] })]);
    expect(figure).toEqual({
      name: 'step/some',
      threads: 2,
      kernels: 'reference',
      imagesPerSecond: 90,
      gflops: 45,
      shareOfPeak: 0.225,
      limit: 'arithmetic',
      shareOfLimit: 0.225,
    });
  });

  it('is bound by memory if that allows less', async () => {
    const [figure] = await measure([makeCase({ bytes: 1e8, rates: [50] })]);
    expect(figure).toMatchObject({ limit: 'memory', shareOfLimit: 0.5, shareOfPeak: 0.25 });
  });

  it('has all cores and no more for more threads than cores', async () => {
    const [figure] = await measure([makeCase({ threads: 8 })]);
    expect(figure!.shareOfPeak).toBe(0.25);
  });

  it('has no shares without limits, and counts flops where it counts no images', async () => {
    const [figure] = await measure([makeCase({ unit: 'gflop', flops: 1e9, rates: [12] })], { limits: null });
    expect(figure).toEqual({
      name: 'step/some',
      threads: 1,
      kernels: 'reference',
      gflops: 12,
      shareOfPeak: null,
    });
  });

  it('is set against another one', async () => {
    const alone = makeCase({});
    const both = makeCase({ threads: 2, rates: [190], against: alone });
    const [, figure] = await measure([alone, both]);
    expect(figure).toMatchObject({ speedup: 1.9, against: 'step/some on 1 thread' });
  });
});

/** Peers of one setting each. */
function listPeers(measure: () => Promise<number[]>, names = ['some peer']): Pick<Peers, 'peersFor'> {
  const choose = async () => ({ name: 'some setting', process: { measure }, options: {} });
  return { peersFor: () => names.map((name) => ({ name, choose }) as unknown as TunedPeer) };
}

describe('a cost', () => {
  it("has no rate, and the peer's beside it", async () => {
    const cost: CostCase = {
      name: 'memory/some',
      threads: 1,
      unit: 'megabytes',
      measure: async () => [90],
      counterpart: {
        job: { kind: 'product', m: 1, n: 1, k: 1, threads: 1 },
        toFigure: (megabytes) => megabytes,
      },
    };
    const [figure] = await measure([cost], { peers: listPeers(async () => [100]) });
    expect(figure).toEqual({
      name: 'memory/some',
      threads: 1,
      kernels: 'reference',
      megabytes: 90,
      shareOfPeak: null,
      peer: 100,
      ratio: 0.9,
      peerName: 'some peer',
      peerSetting: 'some setting',
    });
  });
});

it('several figures may be made of one measurement', async () => {
  const first = { name: 'first', pick: (rates: readonly number[]) => rates.slice(0, 1) };
  const least = {
    name: 'least',
    pick: (rates: readonly number[]) => [Math.min(...rates)],
    against: { name: 'first', threads: 1 },
  };
  const one = makeCase({ rates: [50, 10, 20], aspects: [first, least] });
  const figures = await measure([one], { peers: listPeers(async () => [0.1, 1]) });
  expect(figures).toMatchObject([
    { name: 'first', imagesPerSecond: 50, peer: 100, ratio: 0.5 },
    { name: 'least', imagesPerSecond: 10, peer: 10, ratio: 1, speedup: 0.2, against: 'first on 1 thread' },
  ]);
});

describe('a peer', () => {
  it('takes turns with us: A B A B', async () => {
    const turns: string[] = [];
    const peers = listPeers(async () => {
      turns.push('peer');
      return [0.2, 0.25, 0.2];
    });
    const one = makeCase({
      async measure() {
        turns.push('ours');
        return [100];
      },
    });
    const [figure] = await measure([one], { peers });
    expect(turns).toEqual(['ours', 'peer', 'ours', 'peer']);
    expect(figure).toMatchObject({ imagesPerSecond: 100, peer: 50, ratio: 2, peerName: 'some peer' });
  });

  it('has a figure of its own beside others', async () => {
    const peers = listPeers(async () => [0.2], ['some peer', 'another']);
    const figures = await measure([makeCase({})], { peers });
    expect(figures).toMatchObject([{ peerName: 'some peer' }, { peerName: 'another' }]);
    expect(figures[0]).toEqual({ ...figures[1], peerName: 'some peer' });
  });

  it('may be ourselves in another way, with turns of its own', async () => {
    const other = { name: 'any order', turns: 3, measure: async () => [125] };
    const [figure] = await measure([makeCase({ counterpart: other })]);
    expect(figure).toMatchObject({ imagesPerSecond: 100, peer: 125, ratio: 0.8, peerName: 'any order' });
  });

  it.each([
    ['it says nothing', { counterpart: null }, listPeers(() => expect.unreachable())],
    ['it is missing', {}, { peersFor: () => [] }],
  ])('is left out where %s', async (_where, fields, peers) => {
    const [figure] = await measure([makeCase(fields)], { peers });
    expect(figure).not.toHaveProperty('ratio');
  });
});
