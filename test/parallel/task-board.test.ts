import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { TASK_BITS } from '../../src/kernels/constants.js';
import {
  allocateBoard,
  announceRound,
  breakBoard,
  rangeOf,
  type SharedWork,
  TaskBoard,
} from '../../src/parallel/task-board.js';

/** Tasks of some phases, those of no tasks among them; which each worker's are. */
const PHASES = [
  [3, 5, 4],
  [0, 0, 0],
  [1, 0, 0],
  [0, 0, 7],
  [2, 2, 2],
];
const ROUNDS = 200;

function endsOf(counts: readonly number[]): number[] {
  return counts.map((_, i) => counts.slice(0, i + 1).reduce((sum, count) => sum + count, 0));
}

/**
 * A thread that shares in rounds, of each of which it counts the tasks in `done`: rounds × phases × tasks. Its message is how many tasks it did
 * before all of a phase before were done, or an error's name.
 */
function startWorker(
  worker: number,
  shared: Record<string, unknown>,
): { done: Promise<unknown>; thread: Worker } {
  const code = `
    const { parentPort, workerData: { board, done, start, worker, phases, rounds, most, slow, path } } = require('node:worker_threads');
    const sum = (counts) => counts.reduce((total, count) => total + count, 0);
    import(path).then(({ TaskBoard }) => {
      const tasks = new TaskBoard(board, worker);
      let early = 0;
      try {
        for (let round = 0; round < rounds; round++) {
          // All are there before the next one is announced.
          while (Atomics.load(start, 0) <= round) Atomics.wait(start, 0, round, 1);
          tasks.share({
            open: (phase) => phase < phases.length ? phases[phase].map((_, i) => sum(phases[phase].slice(0, i + 1))) : null,
            run(phase, task) {
              for (let before = 0; before < phase; before++)
                for (let i = 0; i < sum(phases[before]); i++)
                  if (Atomics.load(done, (round * phases.length + before) * most + i) !== 1) early++;
              if (worker === slow && task % 2 === 1) Atomics.wait(start, 1, 0, 1);
              Atomics.add(done, (round * phases.length + phase) * most + task, 1);
            },
          });
          Atomics.add(start, 2, 1);
          Atomics.notify(start, 2);
        }
        parentPort.postMessage(early);
      } catch (error) {
        parentPort.postMessage(error.name);
      }
    });`;
  const path = join(findPackageRoot(), 'dist', 'src', 'parallel', 'task-board.js');
  const thread = new Worker(code, { eval: true, workerData: { ...shared, worker, path } });
  const done = new Promise((resolve, reject) => thread.on('message', resolve).on('error', reject));
  return { done, thread };
}

const makeWords = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));

describe('a task board', () => {
  it.each([
    { workers: 1, slow: -1 },
    { workers: 2, slow: -1 },
    { workers: 3, slow: 1 },
    { workers: 8, slow: 0 },
  ])('has every task done once, behind all of the phases before: %j', async ({ workers, slow }) => {
    const phases = PHASES.map((counts) => Array.from({ length: workers }, (_, i) => counts[i % 3]!));
    const most = Math.max(...phases.map((counts) => endsOf(counts).at(-1)!));
    const rounds = slow < 0 ? ROUNDS : 20;
    const board = allocateBoard(workers);
    const done = makeWords(rounds * phases.length * most);
    const start = makeWords(3);
    const shared = { board, done, start, phases, rounds, most, slow };
    const threads = Array.from({ length: workers }, (_, worker) => startWorker(worker, shared));
    for (let round = 0; round < rounds; round++) {
      while (Atomics.load(start, 2) < round * workers) await new Promise((resolve) => setTimeout(resolve, 0));
      announceRound(board);
      Atomics.add(start, 0, 1);
      Atomics.notify(start, 0);
    }
    expect(await Promise.all(threads.map((thread) => thread.done))).toEqual(new Array(workers).fill(0));
    for (let round = 0; round < rounds; round++) {
      phases.forEach((counts, phase) => {
        const first = (round * phases.length + phase) * most;
        const tasks = endsOf(counts).at(-1)!;
        expect(Array.from(done.subarray(first, first + tasks))).toEqual(new Array(tasks).fill(1));
      });
    }
  });

  it('writes no range behind the last one with tasks, at which another worker may open the next phase', () => {
    const phases = [
      [1, 1, 1],
      [0, 2, 2],
      [2, 2, 3],
    ];
    // Of each phase: whether the range that was written has tasks.
    const written: boolean[][] = [];
    const store = vi.spyOn(Atomics, 'store').mockImplementation((words, at, value) => {
      const range = Number(value);
      if (at >= 7 * 64) written.at(-1)!.push(range >>> 16 < (range & 0xffff));
      (words as unknown as Int32Array)[at] = range;
      return value as never;
    });
    try {
      const board = allocateBoard(3);
      announceRound(board);
      new TaskBoard(board, 1).share({
        open: (phase) => {
          written.push([]);
          return phases[phase] ?? null;
        },
        run: () => {},
      });
    } finally {
      store.mockRestore();
    }
    expect(written).toEqual([[false, false, true], [false, false, true], [false, true, true], []]);
  });

  it('does without a worker that does not come', () => {
    const board = allocateBoard(3);
    announceRound(board);
    const ran: string[] = [];
    const work: SharedWork = {
      open: (phase) => (phase < 2 ? [2, 4, 5] : null),
      run: (phase, task) => ran.push(`${phase}.${task}`),
    };
    new TaskBoard(board, 1).share(work);
    // Its own from the first on, and the others' from the last on.
    const order = [2, 3, 4, 1, 0];
    expect(ran).toEqual([0, 1].flatMap((phase) => order.map((task) => `${phase}.${task}`)));
    new TaskBoard(board, 0).share(work);
    expect(ran.length).toBe(10);
  });

  it('counts what a worker takes off the board itself', () => {
    const board = allocateBoard(2);
    announceRound(board);
    const own = rangeOf(board, 1)!;
    const ran: string[] = [];
    let opened = -1;
    new TaskBoard(board, 1).share({
      open: (phase) => {
        opened = phase;
        return phase < 2 ? [2, 6] : null;
      },
      run: (phase, task) => ran.push(`${phase}.${task}`),
      runMore() {
        // The next of its own, if it is not the last one: that is left for `run`.
        const [task, end] = [own[0]! >>> TASK_BITS, own[0]! & (2 ** TASK_BITS - 1)];
        if (task >= end - 1) return 0;
        own[0]! += 1 << TASK_BITS;
        ran.push(`${opened}.${task} more`);
        return 1;
      },
    });
    const order = ['2', '3 more', '4', '5', '1', '0'];
    expect(ran).toEqual([0, 1].flatMap((phase) => order.map((task) => `${phase}.${task}`)));
    expect(rangeOf(board, 2)).toBeNull();
  });

  it('lets everybody go once a worker has failed', async () => {
    const [board, start, done] = [allocateBoard(3), makeWords(3), makeWords(100)];
    announceRound(board);
    // A task that nobody ends: of a worker that has failed in it.
    const failed = new TaskBoard(board, 0);
    expect(() =>
      failed.share({
        open: () => [1, 2, 3],
        run() {
          throw new RangeError('failed');
        },
      }),
    ).toThrow('failed');
    const shared = { board, done, start, phases: [[1, 1, 1]], rounds: 1, most: 3, slow: -1 };
    const others = [1, 2].map((worker) => startWorker(worker, shared));
    Atomics.add(start, 0, 1);
    while (done[1]! + done[2]! < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    breakBoard(board);
    expect(await Promise.all(others.map((other) => other.done))).toEqual(['BoardBroken', 'BoardBroken']);
  });

  it('says where there are too many tasks', () => {
    const board = allocateBoard(1);
    announceRound(board);
    expect(() => new TaskBoard(board, 0).share({ open: () => [65_536], run() {} })).toThrow(
      'expected at most 65535 tasks, found 65536',
    );
  });
});
