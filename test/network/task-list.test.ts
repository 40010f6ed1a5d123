import { expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import type { Batch, BlockPass } from '../../src/layers/pass.js';
import type { Strand } from '../../src/network/phases.js';
import { MOST_TASKS_OF_PHASE, TaskLists } from '../../src/network/task-list.js';

const batch: Batch = { size: 1, epoch: 0, step: 0, slices: 1, bands: 1, sampleIds: new Int32Array(1) };

it('cuts the phases of many shards on many cores into no more tasks than a board can number, and loses none of their work', () => {
  const [owners, shards, blocks] = [256, 64, 2048];
  const done = new Int32Array(shards * blocks);
  const strands = Array.from({ length: shards }, (_, shard): Strand => {
    const pass: BlockPass = {
      over: 'blocks',
      waits: false,
      varies: true,
      blocks,
      run(first, count) {
        for (let block = first; block < first + count; block++) done[shard * blocks + block]!++;
      },
    };
    return { over: 'blocks', passes: [pass] };
  });
  const [{ tasks, ends }] = new TaskLists([{ strands }], { batch, owners, kernels: referenceKernels })
    .current as [TaskLists['current'][number]];
  expect(tasks.length).toBeLessThanOrEqual(MOST_TASKS_OF_PHASE);
  expect(ends.at(-1)).toBe(tasks.length);
  for (const run of tasks) run();
  expect(done.every((times) => times === 1)).toBe(true);
});
