import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { Interrupted } from '../../src/experiment/executor.js';
import { HttpRefusal } from '../../src/queue/http-refusal.js';
import { formatResult } from '../../src/remote/carried-result.js';
import { parseTask } from '../../src/remote/task.js';
import { NUMERICS } from '../../src/run/numerics.js';
import { makeMetrics } from '../experiment/fake-runs.js';
import { makeFound } from '../remote/fake-results.js';
import { FakeHead, makeBeginning, makeReport } from './fake-head.js';

const refusal = (status: number) => expect.objectContaining({ name: 'HttpRefusal', status });
const BEGINS_ANEW = { epoch: 1, step: 0, epochs: [], rejected: [] };

/** A result of the head's point that needs no files. */
async function makeResult(head: FakeHead, host: string, weightsSha256 = 'a'.repeat(64), numerics = NUMERICS) {
  const { carried } = await makeFound(head.point, { weightsSha256 }, host);
  return { kind: 'result', result: formatResult({ ...carried, numerics, files: [] }) } as const;
}

describe('a run that workers are to do', () => {
  it('gives its task to the first that asks, and to nobody else while that one is heard of', async () => {
    const head = await FakeHead.open();
    const run = head.openRun({ everySteps: 5, restart: true });
    const beginning = makeBeginning('box-a');
    const { attempt, task, state } = await run.begin(beginning);
    expect([attempt, state]).toEqual([1, null]);
    expect(parseTask(task, 'task').point.identity).toBe(head.point.identity);
    expect(parseTask(task, 'task').checkpoints).toEqual({ everySteps: 5 });
    // The answer was lost: the same attempt.
    head.wait(10);
    expect((await run.begin(beginning)).attempt).toBe(1);
    head.wait(10);
    run.report(1, makeReport());
    head.wait(10);
    await expect(run.begin(makeBeginning('box-b'))).rejects.toEqual(refusal(409));
    await expect(run.begin(makeBeginning('box-b'))).rejects.toThrow('process 1 on box-a is at it');
    expect(head.runs.listWaiting()).toEqual([]);
  });

  it('passes to another worker when one falls silent, of which nothing counts from then on', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    await run.begin(makeBeginning('box-a'));
    run.report(1, makeReport({ epochs: [makeMetrics(1, 9), makeMetrics(2, 8)] }));
    head.wait();
    expect(head.runs.listWaiting()).toEqual([run]);
    expect((await run.begin(makeBeginning('box-b'))).attempt).toBe(2);
    expect(head.resumptions).toEqual([BEGINS_ANEW]);
    // The zombie wakes up.
    const zombie = makeReport({ epochs: [makeMetrics(3, 7)] });
    expect(() => run.report(1, zombie)).toThrow(HttpRefusal);
    expect(() => run.report(1, zombie)).toThrow('expected attempt 2, found 1');
    await expect(run.receive(1, 'a'.repeat(64), { offset: 0, bytes: 3 }, body('abc'))).rejects.toEqual(
      refusal(410),
    );
    await expect(
      run.keep(1, [{ name: 'state-0000000001.safetensors', sizeBytes: 3, sha256: 'a'.repeat(64) }]),
    ).rejects.toEqual(refusal(410));
    expect(head.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(run.report(2, makeReport({ epochs: [makeMetrics(1, 9)] }))).toEqual({ epochs: 1, stop: false });
  });

  it('goes on where a worker is that a head before this one has given it to', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    const resumption = { epoch: 2, step: 3, epochs: [makeMetrics(1, 9)], rejected: [] };
    const { attempt, state } = await run.begin(makeBeginning('box-a', { resumption }));
    expect([attempt, state]).toEqual([1, null]);
    expect(head.resumptions).toEqual([resumption]);
    expect(run.report(1, makeReport({ epochs: [makeMetrics(2, 8)] })).epochs).toBe(2);
  });

  it('takes every epoch once and in order, whatever of the reports is lost or comes twice', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    await run.begin(makeBeginning('box-a'));
    const report = makeReport({ epochs: [makeMetrics(1, 9)], printed: ['a line'] });
    expect(run.report(1, report).epochs).toBe(1);
    expect(run.report(1, { ...report, printed: [] }).epochs).toBe(1);
    // One is missing: it is asked for again.
    expect(run.report(1, makeReport({ epochs: [makeMetrics(3, 7)] })).epochs).toBe(1);
    const rest = [1, 2, 3].map((epoch) => makeMetrics(epoch, 10 - epoch));
    expect(run.report(1, makeReport({ epochs: rest })).epochs).toBe(3);
    expect(head.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(head.printed).toEqual(['a line']);
  });

  it('survives ten deaths of workers, and as many after every epoch; one more is its own fault', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    const die = async (times: number) => {
      for (let death = 0; death < times; death++) {
        await run.begin(makeBeginning(`box-${death % 2}`));
        head.wait();
      }
    };
    await die(10);
    const { attempt } = await run.begin(makeBeginning('box-c'));
    run.report(attempt, makeReport({ epochs: [makeMetrics(1, 9)] }));
    head.wait();
    await die(10);
    await expect(run.begin(makeBeginning('box-d'))).rejects.toEqual(refusal(410));
    await expect(run.ended).rejects.toThrow(UserError);
    await expect(run.ended).rejects.toThrow(
      'its worker on box-1 fell silent; it has ended 11 workers without an epoch in between (on box-c, box-0, box-1)',
    );
  });

  it('ends with a result, all of whose epochs have been told of', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    await run.begin(makeBeginning('box-a'));
    await head.runs.end(head.point.identity, 1, await makeResult(head, 'box-a'));
    const result = await run.ended;
    expect(result.weightsSha256).toBe('a'.repeat(64));
    expect(result.trainedOn?.environment.remote?.host).toBe('box-a');
    expect(head.epochs).toEqual(result.epochs);
  });

  it('says who has come to other weights, and that it ends with a failure', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    const end = (attempt: number, ending: Parameters<typeof head.runs.end>[2]) =>
      head.runs.end(head.point.identity, attempt, ending);
    await run.begin(makeBeginning('box-a'));
    head.wait();
    await run.begin(makeBeginning('box-b'));
    // Too late, and the same: nothing to say.
    await expect(end(1, await makeResult(head, 'box-a'))).rejects.toEqual(refusal(410));
    await end(2, await makeResult(head, 'box-b'));
    await run.ended;
    await head.runs.close(run);
    head.runs.checkAgreement();
    await expect(end(1, await makeResult(head, 'box-c', 'b'.repeat(64)))).rejects.toEqual(refusal(410));
    const error =
      /expected equal weights from all machines, found aaaaaaaaaaaa… from box-a \(convoy .*\) and bbbbbbbbbbbb… from box-c/;
    expect(head.lines).toEqual([expect.stringMatching(error)]);
    expect(() => head.runs.checkAgreement()).toThrow(error);
  });

  it('takes no result of another version, and waits for another one', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    await run.begin(makeBeginning('box-a'));
    const other = await makeResult(head, 'box-a', 'a'.repeat(64), NUMERICS + 1);
    const end = head.runs.end(head.point.identity, 1, other);
    await expect(end).rejects.toEqual(refusal(422));
    await expect(end).rejects.toThrow(
      `expected a result of the numerics version ${NUMERICS}, found one of ${NUMERICS + 1} from box-a`,
    );
    expect(head.lines).toHaveLength(1);
    const { carried } = await makeFound({ ...head.point, identity: 'f'.repeat(64) });
    const stray = { kind: 'result', result: formatResult({ ...carried, files: [] }) } as const;
    await expect(head.runs.end(head.point.identity, 1, stray)).rejects.toEqual(refusal(422));
    await head.runs.end(head.point.identity, 1, await makeResult(head, 'box-a'));
    await run.ended;
  });

  it('is given back, and says once why', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    for (let attempt = 1; attempt <= 2; attempt++) {
      await run.begin(makeBeginning('box-a'));
      const ending = { kind: 'return', reason: 'mnist: there is no such data', died: false } as const;
      await head.runs.end(head.point.identity, attempt, ending);
      expect(head.runs.listWaiting()).toEqual([run]);
    }
    expect(head.lines).toEqual(['box-a: mnist: there is no such data']);
  });

  it('has a worker stop, and waits until it has given the run back', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    await run.begin(makeBeginning('box-a'));
    run.stop();
    expect(run.report(1, makeReport()).stop).toBe(true);
    await expect(run.begin(makeBeginning('box-b'))).rejects.toEqual(refusal(410));
    await head.runs.end(head.point.identity, 1, { kind: 'return', reason: null, died: false });
    await expect(run.ended).rejects.toThrow(Interrupted);
    await run.close();
  });

  it('ends at once where no worker is at it', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    run.stop();
    await expect(run.ended).rejects.toThrow(Interrupted);
    await run.close();
  });
});

describe('the clock of a head', () => {
  it('stands still while the head does', async () => {
    const head = await FakeHead.open();
    const run = head.openRun();
    await run.begin(makeBeginning('box-a'));
    // The machine has slept for an hour.
    head.nowMs += 3_600_000;
    head.runs.tick();
    expect(head.runs.listWaiting()).toEqual([]);
    expect(run.report(1, makeReport()).stop).toBe(false);
  });
});

async function* body(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
