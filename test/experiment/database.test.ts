import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { openDatabase, openDatabaseReadOnly } from '../../src/experiment/database.js';
import {
  explainDatabaseError,
  tellDatabaseBuild,
  withDatabaseErrors,
} from '../../src/experiment/database-errors.js';
import { SCHEMA_VERSION } from '../../src/experiment/schema.js';
import { makeFolder } from './fake-runs.js';

const isRoot = process.getuid?.() === 0;

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  throw new Error('expected a UserError');
}

describe('a new database', () => {
  it('is made with its folders, in WAL mode, with foreign keys and STRICT tables', () => {
    const file = join(makeFolder(), 'a/b/experiments.db');
    const db = openDatabase(file);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(db.pragma('busy_timeout', { simple: true })).toBeGreaterThan(0);
    const tables = db.pragma('table_list') as { name: string; type: string; strict: number }[];
    const ours = tables.filter(({ name, type }) => type === 'table' && !name.startsWith('sqlite_'));
    expect(ours.length).toBeGreaterThan(4);
    expect(ours.every(({ strict }) => strict === 1)).toBe(true);
    db.close();
    openDatabase(file).close();
  });

  it('takes the place of an empty file', () => {
    const file = join(makeFolder(), 'empty.db');
    writeFileSync(file, '');
    openDatabase(file).close();
    openDatabaseReadOnly(file).close();
  });
});

describe('a file that cannot be used', () => {
  it('because it is no SQLite database stays as it is', () => {
    const file = join(makeFolder(), 'notes.txt');
    writeFileSync(file, 'my notes '.repeat(500));
    expect(messageOf(() => openDatabase(file))).toContain(`${file} is not an SQLite database`);
    expect(messageOf(() => openDatabaseReadOnly(file))).toContain('is not an SQLite database');
  });

  it('because it is a folder, or its folder is a file', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(messageOf(() => openDatabase(folder))).toContain('cannot be opened');
    expect(messageOf(() => openDatabase(join(folder, 'file/x.db')))).toContain('cannot make its folder');
  });

  it.skipIf(process.platform === 'win32')(
    'because it is a named pipe, without waiting for who writes',
    () => {
      const pipe = join(makeFolder(), 'pipe.db');
      execFileSync('mkfifo', [pipe]);
      for (const open of [openDatabase, openDatabaseReadOnly]) {
        expect(messageOf(() => open(pipe))).toBe(
          `${pipe}: expected a database, found a named pipe. Check the path.`,
        );
      }
    },
  );

  it("because it is another program's stays as it is", () => {
    const file = join(makeFolder(), 'other.db');
    const other = new Database(file);
    other.exec('CREATE TABLE notes (text)');
    expect(messageOf(() => openDatabase(file))).toContain("found another program's");
    expect(other.pragma('journal_mode', { simple: true })).toBe('delete');
    other.close();
  });

  it('because its schema is newer', () => {
    const file = join(makeFolder(), 'newer.db');
    const db = openDatabase(file);
    db.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    const message = `the database has schema version ${SCHEMA_VERSION + 1}, but this program knows versions up to ${SCHEMA_VERSION}`;
    expect(messageOf(() => openDatabase(file))).toContain(message);
    expect(messageOf(() => openDatabaseReadOnly(file))).toContain(message);
  });

  it.skipIf(isRoot)('because it is read-only', () => {
    const file = join(makeFolder(), 'read-only.db');
    openDatabase(file).close();
    chmodSync(file, 0o444);
    expect(messageOf(() => openDatabase(file))).toContain('is read-only');
  });

  it('because it does not exist, for reading', () => {
    const file = join(makeFolder(), 'no.db');
    expect(messageOf(() => openDatabaseReadOnly(file))).toContain('there is no such database');
    expect(existsSync(file)).toBe(false);
  });
});

describe('an SQLite error', () => {
  it.each([
    ['SQLITE_READONLY', 'is read-only'],
    ['SQLITE_READONLY_DIRECTORY', 'is read-only'],
    ['SQLITE_FULL', 'the disk is full'],
    ['SQLITE_BUSY', 'held by another program'],
    ['SQLITE_BUSY_RECOVERY', 'held by another program'],
    ['SQLITE_PROTOCOL', 'its locks do not work as on a local disk'],
    ['SQLITE_CORRUPT', 'is damaged'],
    ['SQLITE_IOERR_WRITE', 'the disk reports an error'],
  ])('%s is explained', (code, explanation) => {
    const error = new Database.SqliteError('original', code);
    expect(explainDatabaseError(error, 'x.db')).toBeInstanceOf(UserError);
    expect((explainDatabaseError(error, 'x.db') as Error).message).toContain(explanation);
  });

  it.each(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR'])('%s is a bug and stays as it is', (code) => {
    const error = new Database.SqliteError('original', code);
    expect(explainDatabaseError(error, 'x.db')).toBe(error);
  });
});

describe('a database package that does not fit this Node.js', () => {
  const remedy =
    /^database: expected the package better-sqlite3 compiled for this Node\.js .*Run: npm rebuild better-sqlite3$/;

  it('is explained in one line where it does not load', () => {
    const nativeBinding = join(makeFolder(), 'better_sqlite3.node');
    writeFileSync(nativeBinding, 'compiled for another');
    const open = () => new Database(':memory:', { nativeBinding });
    expect(messageOf(() => withDatabaseErrors('x.db', open))).toMatch(remedy);
  });

  it('is explained in one line where it was not compiled', () => {
    const error = new Error('Could not locate the bindings file. Tried:\n → build/better_sqlite3.node');
    expect((explainDatabaseError(error, 'x.db') as Error).message).toMatch(remedy);
  });

  it('is approved first where convoy is a package of another project', () => {
    expect(tellDatabaseBuild(true)).toMatch(
      /^npm approve-scripts better-sqlite3 && npm rebuild better-sqlite3 /,
    );
  });
});
