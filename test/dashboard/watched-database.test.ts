import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { ChangeLog } from '../../src/dashboard/change-log.js';
import { WatchedDatabase } from '../../src/dashboard/watched-database.js';
import { openDatabase } from '../../src/experiment/database.js';
import { SCHEMA_VERSION } from '../../src/experiment/schema.js';
import { makeFolder } from '../experiment/fake-runs.js';

function watch(file = join(makeFolder(), 'experiments.db')): WatchedDatabase {
  const watched = new WatchedDatabase(file, 0);
  onTestFinished(() => watched.close());
  return watched;
}

const count = (watched: WatchedDatabase) =>
  watched.read((db) => db.prepare('SELECT count(*) FROM sweeps').pluck().get());

const addSweep = (db: Database.Database, name: string) =>
  db.prepare("INSERT INTO sweeps (name, created_at) VALUES (?, '')").run(name);

describe('a database that is watched', () => {
  it('may be made later, removed, and replaced by another one', () => {
    const watched = watch();
    expect(() => count(watched)).toThrow('there is no such database');
    const first = openDatabase(watched.file);
    addSweep(first, 'one');
    expect(count(watched)).toBe(1);
    const version = watched.version();
    expect(watched.changesSince(version)).toEqual([]);
    first.close();
    for (const ending of ['', '-wal', '-shm']) rmSync(watched.file + ending, { force: true });
    expect(() => count(watched)).toThrow('there is no such database');
    openDatabase(watched.file).close();
    expect(count(watched)).toBe(0);
    expect(watched.changesSince(version), 'all is to be read again').toBeNull();
  });

  it('is seen as it is written', () => {
    const watched = watch();
    const writer = openDatabase(watched.file);
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      addSweep(writer, name);
      expect(count(watched)).toBe(i + 1);
    }
    writer.close();
  });

  it('is waited for while another program holds it, not for long at a time', () => {
    const watched = watch();
    const holder = openDatabase(watched.file);
    holder.pragma('locking_mode = EXCLUSIVE');
    addSweep(holder, 'held');
    const startMs = performance.now();
    expect(() => count(watched)).toThrow('is held by another program. It is tried again');
    expect(performance.now() - startMs).toBeLessThan(3_000);
    holder.close();
    expect(count(watched)).toBe(1);
  });

  it.each([
    ['an older schema', (db: Database.Database) => db.pragma('user_version = 1'), 'found schema version 1'],
    [
      'a newer schema',
      (db: Database.Database) => db.pragma(`user_version = ${SCHEMA_VERSION + 1}`),
      'Use a newer program',
    ],
    [
      'another program',
      (db: Database.Database) => db.pragma('application_id = 1'),
      "expected a database of Convoy's",
    ],
  ])('may come to be of %s', (_, change, message) => {
    const watched = watch();
    const writer = openDatabase(watched.file);
    const version = watched.version();
    change(writer);
    writer.close();
    expect(() => watched.changesSince(version)).toThrow(message);
    expect(() => count(watched)).toThrow(message);
  });

  it('stays open where what is recorded makes no sense', () => {
    const watched = watch();
    openDatabase(watched.file).close();
    const version = watched.version();
    const read = () =>
      watched.read(() => {
        throw new UserError('run 1: unknown');
      });
    expect(read).toThrow(expect.objectContaining({ status: 422, message: 'run 1: unknown' }));
    expect(watched.changesSince(version), 'nothing is to be read again').toEqual([]);
  });

  it('is closed, and said to be unreadable, where SQLite fails', () => {
    const watched = watch();
    openDatabase(watched.file).close();
    const version = watched.version();
    const read = () =>
      watched.read(() => {
        throw new Database.SqliteError('original', 'SQLITE_CORRUPT');
      });
    expect(read).toThrow(expect.objectContaining({ status: 503 }));
    expect(watched.changesSince(version)).toBeNull();
  });

  it('is read once for a question until somebody writes', () => {
    const watched = watch();
    const writer = openDatabase(watched.file);
    const reads: string[] = [];
    const ask = (question: string) =>
      watched.readOnce(question, (db) => {
        reads.push(question);
        return db.prepare('SELECT count(*) FROM sweeps').pluck().get();
      });
    expect(['a', 'b', 'a', 'b'].map(ask)).toEqual([0, 0, 0, 0]);
    expect(reads).toEqual(['a', 'b']);
    addSweep(writer, 'one');
    expect(ask('a')).toBe(1);
    expect(reads).toEqual(['a', 'b', 'a']);
    writer.close();
  });

  it('is closed to writing', () => {
    const watched = watch();
    openDatabase(watched.file).close();
    expect(() => watched.read((db) => addSweep(db, 'none'))).toThrow('read-only');
  });

  it('hinders no writer, not even one that folds its log in', () => {
    const watched = watch();
    const writer = openDatabase(watched.file);
    writer.pragma('busy_timeout = 0');
    addSweep(writer, 'one');
    expect(count(watched)).toBe(1);
    addSweep(writer, 'two');
    expect(writer.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
    writer.close();
    expect(count(watched)).toBe(2);
  });
});

describe('the log of changes', () => {
  const changes = (...data: number[]) => data.map((number) => ({ event: 'runs', data: number }));
  const dataOf = (log: ChangeLog, version: string) => log.since(version)?.map(({ data }) => data) ?? null;

  it('goes on from any version that it remembers', () => {
    const log = new ChangeLog();
    const versions = [log.version];
    for (let i = 1; i <= 3; i++) versions.push(log.add(changes(i))[0]!.version);
    expect(versions.map((version) => dataOf(log, version))).toEqual([[1, 2, 3], [2, 3], [3], []]);
    expect(log.version).toBe(versions[3]);
  });

  it('goes on from no other', () => {
    const log = new ChangeLog();
    const start = log.version;
    log.add(changes(1));
    const [name] = start.split('.');
    for (const version of [
      '',
      name!,
      `${name}.2`,
      `${name}.-1`,
      `${name}.x`,
      `${name}.`,
      new ChangeLog().version,
    ]) {
      expect(dataOf(log, version), version).toBeNull();
    }
    log.add(changes(...Array.from({ length: 10_000 }, (_, i) => i)));
    expect(dataOf(log, start)).toBeNull();
  });
});
