import { expect, it } from 'vitest';
import { type KnownRuns, RunKeeper } from '../../../page/src/runs/run-keeper.js';
import type { RunsAnswer } from '../../../src/dashboard/answers/runs.js';
import { answerOf } from './run-columns.js';

/** A keeper whose questions are answered when the test wants. */
class Asked {
  readonly questions: { answer: (answer: RunsAnswer) => void; fail: (error: Error) => void }[] = [];
  readonly versions: string[] = [];
  readonly #listeners = new Map<string, (data: never) => void>();
  known: KnownRuns = { model: null, error: null };
  readonly keeper = new RunKeeper(
    () => new Promise((answer, fail) => this.questions.push({ answer, fail })),
    {
      on: (event, listener) => {
        this.#listeners.set(event, listener as (data: never) => void);
        return () => this.#listeners.delete(event);
      },
      resumeFrom: (version) => this.versions.push(version),
    },
    (known) => {
      this.known = known;
    },
  );

  constructor() {
    this.keeper.follow('0');
  }

  tell(event: string, data: object = {}): void {
    this.#listeners.get(event)!(data as never);
  }

  tellError(run: number, error: number, values: object = {}): void {
    this.tell('runs', { rows: [{ run, state: 'running', group: run, values: { error, ...values } }] });
  }

  async answer(number: number, ...errors: readonly number[]): Promise<void> {
    this.questions[number]!.answer(answerOf({ error: errors }));
    await settle();
  }

  get errors() {
    return this.known.model?.columns.get('error')?.cells;
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it('keeps changes back until the first answer is there', async () => {
  const asked = new Asked();
  asked.tellError(1, 3);
  expect(asked.known.model).toBeNull();
  await asked.answer(0, 4, 5);
  expect(asked.errors).toEqual([3, 5]);
  expect(asked.versions).toEqual(['v.1']);
});

it('loses no change that comes while it reads all again', async () => {
  const asked = new Asked();
  await asked.answer(0, 4, 5);
  asked.tell('reload');
  asked.tellError(1, 3);
  asked.tell('gone', { runs: [2] });
  expect(asked.errors).toEqual([3]);
  await asked.answer(1, 4, 5, 6);
  expect(asked.errors).toEqual([3, 6]);
});

it('takes no older answer in place of a newer one', async () => {
  const asked = new Asked();
  asked.tell('reload');
  await asked.answer(1, 2);
  await asked.answer(0, 9);
  expect(asked.errors).toEqual([2]);
  asked.tell('reload');
  asked.tell('reload');
  await asked.answer(2, 8);
  expect(asked.errors).toEqual([2]);
  await asked.answer(3, 1);
  expect(asked.errors).toEqual([1]);
});

it('asks once for columns that it does not know, and again if the answer is older than they are', async () => {
  const asked = new Asked();
  await asked.answer(0, 4);
  asked.tellError(1, 3, { loss: 1 });
  asked.tellError(1, 2, { loss: 1 });
  expect(asked.questions).toHaveLength(2);
  await asked.answer(1, 4);
  expect(asked.errors).toEqual([2]);
  expect(asked.questions).toHaveLength(3);
  asked.questions[2]!.answer(answerOf({ error: [2], loss: [1] }));
  await settle();
  expect(asked.questions).toHaveLength(3);
});

it('says why there is no answer, and asks again once the trouble is over', async () => {
  const asked = new Asked();
  asked.questions[0]!.fail(new Error('it is busy'));
  await settle();
  expect(asked.known).toEqual({ model: null, error: 'it is busy' });
  asked.tell('trouble', { error: null });
  await asked.answer(1, 4);
  expect(asked.known.error).toBeNull();
  expect(asked.errors).toEqual([4]);
});

it('forgets the runs of another database', async () => {
  const asked = new Asked();
  await asked.answer(0, 4);
  asked.keeper.follow('1');
  expect(asked.known.model).toBeNull();
  await asked.answer(1, 5);
  expect(asked.errors).toEqual([5]);
});
