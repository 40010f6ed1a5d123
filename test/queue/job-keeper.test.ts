import type { Queue } from 'bullmq';
import { expect, it, onTestFinished } from 'vitest';
import { HeadServer } from '../../src/queue/head-server.js';
import { makeJob, readJob } from '../../src/queue/job.js';
import { JobKeeper } from '../../src/queue/job-keeper.js';
import { FakeHead } from './fake-head.js';

/** A queue in memory, which holds one job of a head at most. */
class OneJob {
  constructor(
    readonly id: string,
    public data: object | null,
  ) {}

  getRanges = async () => (this.data === null ? [] : [this.id]);
  getJob = async () =>
    this.data && {
      data: this.data,
      updateData: async (data: object) => {
        if (this.data === null) throw Object.assign(new Error('Missing key for job'), { code: -1 });
        this.data = data;
      },
    };
  addBulk = async ([job]: { data: object }[]) => {
    this.data = job!.data;
  };

  get url(): string | null {
    return this.data && readJob(this.data, 'job').head.url;
  }
}

/** A head that waits for the point, whose job another head has put into the queue. */
async function open() {
  const head = await FakeHead.open();
  head.openRun();
  const server = await HeadServer.start(head.runs, { host: '127.0.0.1', port: 0, url: null });
  onTestFinished(() => server.close().catch(() => {}));
  const { identity } = head.point;
  const job = new OneJob(identity, makeJob(head.point, { head: server.address, kernels: 'avx2' }));
  const refusals: string[] = [];
  const startKeeper = () => {
    const listener = { refused: (reason: string) => void refusals.push(reason), accepted: () => {} };
    const origin = { head: { url: 'http://new:1', token: 'new' }, kernels: 'avx2' };
    const keeper = new JobKeeper(job as unknown as Queue, head.runs, origin, listener);
    onTestFinished(() => keeper.close());
    return keeper;
  };
  return { server, job, refusals, startKeeper };
}

it("another head's job is taken over once that head is gone, whatever its database was", async () => {
  const { server, job, refusals, startKeeper } = await open();
  const { url } = server.address;
  const early = startKeeper();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(job.url).toBe(url);
  early.close();
  await server.close();
  startKeeper();
  await expect.poll(() => job.url).toBe('http://new:1');
  expect(refusals).toEqual([]);
});

it('a job is taken over from a head in whose place another one listens', async () => {
  const { server, job, startKeeper } = await open();
  job.data = { ...job.data, head: { ...server.address, token: 'of the one before' } };
  startKeeper();
  await expect.poll(() => job.url).toBe('http://new:1');
});

it('a job that Redis has thrown out is left to the worker that is at it, and put in anew after it', async () => {
  const { job, refusals, startKeeper } = await open();
  job.data = {};
  const keeper = startKeeper();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(job.data).toEqual({});
  job.data = null;
  keeper.wake();
  await expect.poll(() => job.url).toBe('http://new:1');
  expect(refusals).toEqual([]);
});
