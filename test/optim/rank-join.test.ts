import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import type { RankGradients } from '../../src/network/memory.js';
import { type Phase, runPhase } from '../../src/network/phases.js';
import type { StepPlan } from '../../src/network/plan.js';
import { allocateRankJoin, RankJoin } from '../../src/optim/rank-join.js';

const BATCH = { size: 2, epoch: 0, step: 0, slices: 1, bands: 1, sampleIds: new Int32Array(2) };
const SIZE = 6_000;
/** Of three numbers, which the order of their sum shows in: the first and the last, and then the second. */
const SHARDS = [1e8, 1, -1e8];
const BUCKETS = [2 * SIZE, SIZE, 0];

/** A rank of three that sums the first third of each bucket. */
function makeJoin() {
  const told: string[] = [];
  const arrived = new Set<number>();
  const gradients = BUCKETS.map((offset): RankGradients => {
    const joined = new Float32Array(SIZE);
    return {
      place: { offset, size: SIZE },
      own: [new Float32Array(SIZE)],
      received: new Float32Array(SIZE),
      joined,
      joinedPiece: joined.subarray(0, SIZE / 3),
    };
  });
  const indexOf = (one: RankGradients) => gradients.indexOf(one);
  const exchange = {
    gather() {},
    sendShards: (one: RankGradients) => {
      told.push(`send ${indexOf(one)}`);
      return 100 + indexOf(one);
    },
    sendJoined: (one: RankGradients) => {
      told.push(
        `show ${indexOf(one)}: ${new Set(one.joinedPiece).size === 1 ? one.joinedPiece[0] : 'mixed'}`,
      );
      return 200 + indexOf(one);
    },
    hasArrived: (transfer: number) => arrived.has(transfer),
    settle: (transfer: number) => {
      told.push(`wait for ${transfer}`);
      const bucket = gradients[transfer - 100];
      if (bucket)
        SHARDS.forEach((value, i) => void bucket.received.fill(value, (i * SIZE) / 3, ((i + 1) * SIZE) / 3));
    },
  };
  const memory = allocateRankJoin(3 * 2 ** 19, 3);
  const join = new RankJoin({ kernels: referenceKernels, shards: 3, gradients, exchange, memory });
  const arrive = (bucket: number) => {
    exchange.settle(100 + bucket);
    told.pop();
    arrived.add(100 + bucket);
  };
  return { join, told, memory, arrive };
}

const step = (offset: number, size: number) => ({ parameters: [{ offset, size }] }) as unknown as StepPlan;
/** The last parameters' gradients are summed in phase 1; those of the second bucket and, in part, the first in phases 2 and 3. */
const WHEN = new Map([
  [step(0, SIZE / 2), 4],
  [step(SIZE / 2, SIZE), 3],
  [step(1.5 * SIZE, 0.5 * SIZE), 2],
  [step(2 * SIZE, SIZE), 1],
]);

const runPhases = (phases: readonly Phase[]) => {
  for (const phase of phases) {
    for (let worker = 1; worker >= 0; worker--) runPhase(phase, BATCH, { worker, workers: 2 });
  }
};

describe('gradients of ranks', () => {
  it('are sent bucket by bucket, each behind the phase that sums the last of it, and joined as they come', () => {
    const { join, told, memory, arrive } = makeJoin();
    const besides = Array.from({ length: 5 }, (_, phase) => join.planBeside(WHEN)(phase));
    expect(besides.map(({ length }) => length)).toEqual([0, 0, 1, 1, 1]);
    const runBeside = (phase: number) => {
      told.length = 0;
      runPhases([{ strands: besides[phase]! }]);
      return [...told];
    };
    expect(runBeside(2)).toEqual(['send 0']);
    expect(runBeside(3)).toEqual([]);
    arrive(0);
    expect(runBeside(4)).toEqual(['send 1', 'show 0: 1']);
    told.length = 0;
    runPhases(join.planRest());
    expect(told).toEqual([
      'send 2',
      'wait for 101',
      'wait for 102',
      'show 1: 1',
      'show 2: 1',
      'wait for 200',
      'wait for 201',
      'wait for 202',
    ]);
    expect(memory.every((word) => word === 0)).toBe(true);
  });

  it('are joined in their order, although a later bucket comes first', () => {
    const { join, told, arrive } = makeJoin();
    runPhases([{ strands: join.planBeside(WHEN)(4) }]);
    arrive(1);
    runPhases([{ strands: join.planBeside(WHEN)(4) }]);
    expect(told).toEqual(['send 0', 'send 1']);
    arrive(0);
    runPhases([{ strands: join.planBeside(WHEN)(4) }]);
    expect(told).toEqual(['send 0', 'send 1', 'show 0: 1', 'show 1: 1']);
  });
});
