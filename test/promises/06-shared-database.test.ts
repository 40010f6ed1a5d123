import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabaseReadOnly } from '../../src/experiment/database.js';
import { SCHEMA_VERSION } from '../../src/experiment/schema.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { makeOldDatabase } from '../experiment/old-database.js';
import { countOf, reportFigure } from '../helpers/soak.js';
import { HAS_NAMESPACES, Member, type Order } from './member.js';

const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7];

function makeOrder(file = join(makeFolder(), 'new', 'experiments.db')): Order {
  return { file, log: join(makeFolder(), 'log'), seeds: SEEDS, epochs: 2, epochMs: 2 };
}

const OF_THE_SWEEP = "SELECT run_id FROM runs JOIN sweeps USING (sweep_id) WHERE name = 'shared'";

/** What was begun and what is recorded, run by run. */
function inspect({ file, log }: Order) {
  const db = openDatabaseReadOnly(file);
  const read = (sql: string) => db.prepare(sql).pluck().all();
  const seen = {
    begun: readFileSync(log, 'utf8').trim().split('\n').length,
    recorded: read(`SELECT state FROM runs WHERE run_id IN (${OF_THE_SWEEP})`),
    epochs: read(
      'SELECT count(*) FROM epochs JOIN runs USING (run_id) JOIN sweeps USING (sweep_id) WHERE name = $name'.replace(
        '$name',
        "'shared'",
      ),
    ),
    integrity: [...read('PRAGMA integrity_check'), ...read('PRAGMA foreign_key_check')],
    locks: existsSync(`${file}-owners`),
  };
  db.close();
  return seen;
}

/** Each point was begun once and is recorded once, and nothing is left behind. */
const ONCE = {
  begun: SEEDS.length,
  recorded: SEEDS.map(() => 'done'),
  epochs: [2 * SEEDS.length],
  integrity: ['ok'],
  locks: false,
};

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** Has all members share an order at once. */
async function shareAmong(members: readonly Member[], order: Order): Promise<void> {
  const answers = await Promise.all(members.map((member) => member.share(order)));
  expect(answers.flatMap(({ error = [] }) => error)).toEqual([]);
  expect(sum(answers.map(({ ends }) => ends?.done ?? 0))).toBe(SEEDS.length);
  expect(inspect(order)).toEqual(ONCE);
}

/** The members that the tests of a group share. The last test kills the first of them. */
function startTogether(hosts: readonly (string | undefined)[]): readonly Member[] {
  const members: Member[] = [];
  beforeAll(async () => {
    members.push(...(await Promise.all(hosts.map((host) => Member.start(host)))));
  });
  afterAll(async () => {
    await Promise.all(members.map((member) => member.kill()));
  });
  return members;
}

/** One run, of some length. */
const makeLongOrder = (epochs: number): Order => ({ ...makeOrder(), seeds: [0], epochs, epochMs: 250 });

/** Kills a member in the middle of a run, which another one takes over. */
async function takeOver(owner: Member, other: Member): Promise<void> {
  const order = makeLongOrder(2);
  await owner.begin(order);
  await owner.kill();
  const startMs = performance.now();
  await other.begin(order);
  expect(performance.now() - startMs).toBeLessThan(5_000);
  expect(await other.readEnd()).toEqual({ ends: { done: 1 } });
  expect(inspect(order)).toMatchObject({ begun: 2, recorded: ['done'], epochs: [2], locks: false });
}

describe('six processes on one database', () => {
  const members = startTogether(Array(6).fill(undefined));

  it('do each point of a grid once, on new files and on old ones of every schema version', async () => {
    const rounds = countOf({ share: 1, whole: 100 });
    const versions = countOf({ share: 1, whole: SCHEMA_VERSION - 1 });
    for (let round = 0; round < rounds; round++) {
      await shareAmong(members, makeOrder());
      for (let version = 1; version <= versions; version++) {
        await shareAmong(members, makeOrder(makeOldDatabase(version)));
      }
    }
    reportFigure(
      6,
      `six processes at once, ${rounds} times a new file and one of each of ${versions} older versions`,
    );
  });

  it('never take a run over from one that lives, though it is stopped', async () => {
    const [owner, other] = members as [Member, Member];
    const order = makeLongOrder(4);
    await owner.begin(order);
    owner.signal('SIGSTOP');
    const end = other.share(order);
    const stoppedMs = countOf({ share: 1_500, whole: 600_000 });
    expect(await Promise.race([end, sleep(stoppedMs, 'still waiting')])).toBe('still waiting');
    owner.signal('SIGCONT');
    expect(await owner.readEnd()).toEqual({ ends: { done: 1 } });
    expect(await end).toEqual({ ends: {} });
    expect(inspect(order)).toMatchObject({ begun: 1, recorded: ['done'], locks: false });
    reportFigure(6, `a process that was stopped for ${stoppedMs / 1000} s kept its run`);
  });

  it('take a run over at once from one that was killed', async () => {
    await takeOver(members[0]!, members[1]!);
  });
});

describe.runIf(HAS_NAMESPACES)('containers that share a folder', () => {
  const members = startTogether(['box', 'box', 'box', 'another-box']);

  it('do each point once, though host name and pid are the same', async () => {
    const rounds = countOf({ share: 1, whole: 100 });
    for (let round = 0; round < rounds; round++) await shareAmong(members, makeOrder());
    reportFigure(6, `four pid namespaces at once, ${rounds} times a new file`);
  });

  it('take no run over from one that lives, though they cannot see its pid', async () => {
    const [owner, other] = members as [Member, Member];
    const order = makeLongOrder(6);
    await owner.begin(order);
    expect(await Promise.all([other.share(order), owner.readEnd()])).toEqual([
      { ends: {} },
      { ends: { done: 1 } },
    ]);
    expect(inspect(order)).toMatchObject({ begun: 1, recorded: ['done'], locks: false });
  });

  it('take a run over at once from one that was killed, also under another host name', async () => {
    await takeOver(members[0]!, members[3]!);
  });
});

describe.skipIf(HAS_NAMESPACES)('containers that share a folder', () => {
  it.skip('are left out: this user may not make namespaces', () => {});
});
