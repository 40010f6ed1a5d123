import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { DEFAULT_PARALLEL, DEFAULT_SILENCE_MS } from '../../../src/queue/queue-executor.js';
import { countOf } from '../../helpers/soak.js';
import { describeSweeps, expectEnd, findAddress, openField } from './describe-sweeps.js';
import { Field } from './field.js';

/** A run of a few steps. */
const TINIEST = { width: 0.1, trainCount: 20, testCount: 10, batchSize: 10, epochs: 1 };
/** Networks of 45 MB. */
const LARGE = {
  ...TINIEST,
  model: undefined,
  width: undefined,
  network: 'INPUT(28x28x1) -> FC(3000) -> RELU -> FC(3000) -> RELU -> FC(10)',
};
/** Runs that go on for as long as they are watched. */
const ENDLESS = { width: 0.1, trainCount: 60_000, testCount: 10, epochs: 1000 };
/** Shorter than workers may be silent. */
const FROZEN_MS = 10_000;
/** More than are in the queue at a time. */
const MANY = 1_200;
const ASK_WAITING = 'LLEN bull:convoy:wait';
const QUESTIONS = 100;
/** A process that holds the images as well has more. */
const MOST_RESIDENT_BYTES = 1e9;
/** Of each worker. */
const REPORTS_A_SECOND = 1 / 2;

describeSweeps('what the head of a queue does for its workers', () => {
  it('trains a grid of tiny points, each once, at a cost that does not grow with their number', async () => {
    const points = countOf({ share: 80, whole: 2000 });
    const { field, hosts, alone, startHead } = await openField(points, TINIEST);
    const head = startHead();
    const started = performance.now();
    for (const host of hosts) field.startWorker({ host });
    const look = async (done: number) => {
      await head.waitFor(/: done/, done);
      const info = await field.askRedis('INFO');
      const commands = Number(/total_commands_processed:(\d+)/.exec(info)![1]);
      const redisMs = 1000 * sumOf(info, /used_cpu_(?:sys|user):([\d.]+)/g);
      return {
        done: count(head.printed),
        atMs: performance.now(),
        headMs: head.processorMs,
        commands,
        redisMs,
      };
    };
    const looks: Awaited<ReturnType<typeof look>>[] = [];
    for (const share of [0.1, 0.5, 0.9]) looks.push(await look(share * points));
    expect(await head.ended, head.printed).toBe(0);
    expect(field.readRuns('queue.db')).toEqual(alone);
    const [first, middle, last] = looks.map((found, i) => {
      const before = looks[i - 1] ?? { done: 0, atMs: started, headMs: 0, commands: 0, redisMs: 0 };
      const a = found.done - before.done;
      return {
        head: (found.headMs - before.headMs) / a,
        commands: (found.commands - before.commands) / a,
        redis: (found.redisMs - before.redisMs) / a,
        wall: (found.atMs - before.atMs) / a,
      };
    });
    const trainedMs = field.readTrainingMs('queue.db');
    const training = trainedMs.slice(0.5 * points, 0.9 * points).reduce((sum, ms) => sum + ms, 0);
    const lane = hosts.length * last!.wall - training / (0.4 * points);
    report(`of a lane ${lane.toFixed(0)} ms between two points`);
    report(
      `${points} points: the first tenth ${JSON.stringify(first)}, then ${JSON.stringify(middle)}, at last ${JSON.stringify(last)}`,
    );
    // What reads all points anew for each of them would make the later ones dearer.
    expect(last!.head).toBeLessThan(2 * middle!.head);
  });

  it('has a thousand points in the queue at once, and answers meanwhile', async () => {
    const field = await Field.open();
    field.writeGrid(MANY, TINIEST);
    const head = field.startHead('queue.db');
    const address = await findAddress(head);
    while ((await field.askRedis(ASK_WAITING)) !== `:${DEFAULT_PARALLEL}\r\n`) await sleep(50);
    const waits: number[] = [];
    for (let question = 0; question < QUESTIONS; question++) {
      const asked = performance.now();
      expect((await fetch(`http://${address}/`)).status).toBe(401);
      waits.push(performance.now() - asked);
      await sleep(20);
    }
    waits.sort((a, b) => a - b);
    const [median, most] = [waits[waits.length >> 1]!, waits.at(-1)!];
    report(
      `${DEFAULT_PARALLEL} points in the queue: the head has ${(head.residentBytes / 1e6).toFixed(0)} MB and answers within ` +
        `${median.toFixed(1)} ms, at most ${most.toFixed(0)} ms`,
    );
    // A worker that waits so long is held to be dead.
    expect(most).toBeLessThan(DEFAULT_SILENCE_MS / 2);
    expect(head.residentBytes).toBeLessThan(MOST_RESIDENT_BYTES);
    head.kill('SIGTERM');
    await expectEnd(head, 143);
    expect(await field.askRedis(ASK_WAITING)).toBe(':0\r\n');
  });

  it('takes large networks in', async () => {
    const points = countOf({ share: 3, whole: 20 });
    const field = await Field.open();
    field.writeGrid(points, LARGE);
    const head = field.startHead('queue.db');
    field.startWorker();
    await head.waitFor(/: done/);
    const before = { ms: head.processorMs, bytes: head.writtenBytes };
    await head.waitFor(/: done/, points - 1);
    const ms = head.processorMs - before.ms;
    const megabytes = (head.writtenBytes - before.bytes) / 1e6;
    report(`${megabytes.toFixed(0)} MB: ${(ms / megabytes).toFixed(2)} ms a MB`);
    expect(await head.ended, head.printed).toBe(0);
    expect(field.readRuns('queue.db').map(({ state }) => state)).toEqual(Array(points).fill('done'));
  });

  it('is asked for little while runs go on', async () => {
    const lanes = 6;
    const field = await Field.open();
    field.writeGrid(lanes, ENDLESS);
    const head = field.startHead('queue.db', { args: ['--no-checkpoints'] });
    const workers = Array.from({ length: lanes }, () => field.startWorker());
    for (const worker of workers) await worker.waitFor('begun');
    const busy = await watch(() => head.processorMs, countOf({ share: 5_000, whole: 60_000 }));
    for (const worker of workers) worker.kill('SIGSTOP');
    const idle = await watch(() => head.processorMs, FROZEN_MS);
    report(
      `a second: ${idle.toFixed(2)} ms by itself, ${((busy - idle) / lanes / REPORTS_A_SECOND).toFixed(2)} ms a report`,
    );
    expect(busy).toBeLessThan(1000);
  });
});

const count = (printed: string) => printed.match(/: done/g)?.length ?? 0;

function sumOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Milliseconds of a processor a second. */
async function watch(read: () => number, forMs: number): Promise<number> {
  const [start, before] = [performance.now(), read()];
  await sleep(forMs);
  return (1000 * (read() - before)) / (performance.now() - start);
}

function report(figure: string): void {
  process.stdout.write(`queue: ${figure}\n`);
}
