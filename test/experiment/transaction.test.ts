import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openDatabase } from '../../src/experiment/database.js';
import { SCHEMA_VERSION } from '../../src/experiment/schema.js';
import { retryWhileBusy, writeTransaction } from '../../src/experiment/transaction.js';
import { makeFolder } from './fake-runs.js';
import { makeOldDatabase } from './old-database.js';

/** Another process that holds a database for a while. */
async function holdElsewhere(file: string, begin: string, ms: number): Promise<void> {
  const module = createRequire(import.meta.url).resolve('better-sqlite3');
  const [path, database, sql] = [module, file, begin].map((text) => JSON.stringify(text));
  const code = `
    const db = new (require(${path}))(${database});
    db.exec(${sql});
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    console.log('held');
    setTimeout(() => db.close(), ${ms});`;
  const child = spawn(process.execPath, ['-e', code]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
}

const busy = (code = 'SQLITE_BUSY') => new Database.SqliteError('database is locked', code);

describe('a database that another process holds', () => {
  it.each([
    ['reads, so that it cannot change to WAL', 'BEGIN', SCHEMA_VERSION],
    ['reads, so that it cannot be migrated', 'BEGIN', 1],
    ['writes', 'BEGIN IMMEDIATE', 1],
    ['has for itself', 'BEGIN EXCLUSIVE', 1],
  ])('and %s, is opened once it lets go', async (_, begin, version) => {
    const file = makeOldDatabase(version);
    await holdElsewhere(file, begin, 300);
    const db = openDatabase(file);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    db.close();
  });

  it('is written to once it lets go, though SQLite itself does not wait', async () => {
    const file = join(makeFolder(), 'x.db');
    const db = openDatabase(file);
    onTestFinished(() => void db.close());
    db.pragma('busy_timeout = 0');
    await holdElsewhere(file, 'BEGIN IMMEDIATE', 300);
    expect(writeTransaction(db, () => 'written')).toBe('written');
  });
});

describe('an action', () => {
  it.each(['SQLITE_BUSY', 'SQLITE_BUSY_RECOVERY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_PROTOCOL'])(
    'that meets %s is tried again',
    (code) => {
      let calls = 0;
      const action = () => {
        if (++calls < 3) throw busy(code);
        return calls;
      };
      expect(retryWhileBusy('x.db', action)).toBe(3);
    },
  );

  it('is given up after half a minute, with a line that says what to do', () => {
    const clock = vi.spyOn(performance, 'now');
    onTestFinished(() => clock.mockRestore());
    let nowMs = 0;
    clock.mockImplementation(() => nowMs);
    const action = () => {
      nowMs += 5_000;
      throw busy();
    };
    expect(() => retryWhileBusy('x.db', action)).toThrow(
      'x.db has been held by another program for half a minute. End what it does there',
    );
    expect(nowMs).toBe(35_000);
  });

  it.each(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_CONSTRAINT_UNIQUE'])(
    'that meets %s is not',
    (code) => {
      let calls = 0;
      const action = () => {
        calls++;
        throw busy(code);
      };
      expect(() => retryWhileBusy('x.db', action)).toThrow();
      expect(calls).toBe(1);
    },
  );
});
