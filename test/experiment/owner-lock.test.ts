import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import {
  findOwnersFolder,
  listFreeLocks,
  OwnerLock,
  probeOwnerLock,
  removeFreeLocks,
} from '../../src/experiment/owner-lock.js';
import { makeFolder } from './fake-runs.js';

const makePlace = () => join(makeFolder(), 'experiments.db');

/** Another process that runs `code` and has said something. */
async function runElsewhere(code: string, database: string, flags: readonly string[] = []) {
  const module = join(findPackageRoot(), 'dist/src/experiment/owner-lock.js');
  const constants = `const [MODULE, DATABASE] = ${JSON.stringify([module, database])};`;
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', `${constants}\n${code}`]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  return { child, said: String(said).trim() };
}

/** Another process that holds a lock, until it is killed. */
async function lockElsewhere(database: string) {
  const { child, said } = await runElsewhere(
    'console.log((await import(MODULE)).OwnerLock.acquire(DATABASE).name); setInterval(() => {}, 1000);',
    database,
  );
  return { child, name: said };
}

describe("an owner's lock", () => {
  it('is held until it is given back, and leaves nothing behind', () => {
    const database = makePlace();
    const lock = OwnerLock.acquire(database);
    expect(probeOwnerLock(database, lock.name)).toBe('held');
    expect(probeOwnerLock(database, lock.name), 'a look does not take it').toBe('held');
    expect(readdirSync(findOwnersFolder(database))).toEqual([lock.name]);
    lock.release(false);
    expect(probeOwnerLock(database, lock.name)).toBe('unknown');
    expect(existsSync(findOwnersFolder(database))).toBe(false);
  });

  it('is free, not unknown, after an end that has left runs', () => {
    const database = makePlace();
    const lock = OwnerLock.acquire(database);
    lock.release(true);
    expect(probeOwnerLock(database, lock.name)).toBe('free');
  });

  it('is held while its process is stopped, and free once it is killed', async () => {
    const database = makePlace();
    const { child, name } = await lockElsewhere(database);
    child.kill('SIGSTOP');
    expect(probeOwnerLock(database, name)).toBe('held');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(probeOwnerLock(database, name)).toBe('free');
  });

  it('is held though nothing but its name is kept', async () => {
    const database = makePlace();
    const { said: name } = await runElsewhere(
      `
      const { OwnerLock } = await import(MODULE);
      const { name } = OwnerLock.acquire(DATABASE);
      // Finalizers run between turns.
      for (let i = 0; i < 3; i++) await new Promise((done) => setImmediate(done, gc()));
      console.log(name);
      setInterval(() => {}, 1000);`,
      database,
      ['--expose-gc'],
    );
    expect(probeOwnerLock(database, name)).toBe('held');
  });

  it('is found by way of a link to the database', () => {
    const folder = makeFolder();
    const database = join(folder, 'experiments.db');
    writeFileSync(database, '');
    symlinkSync(database, join(folder, 'link.db'));
    const lock = OwnerLock.acquire(join(folder, 'link.db'));
    expect(probeOwnerLock(database, lock.name)).toBe('held');
    lock.release(false);
  });

  it('cannot be asked for once its file is gone', () => {
    const database = makePlace();
    const lock = OwnerLock.acquire(database);
    rmSync(findOwnersFolder(database), { recursive: true });
    expect(probeOwnerLock(database, lock.name)).toBe('unknown');
    lock.release(false);
  });

  it('is refused where nothing can be written, in one line', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'x.db-owners'), 'a file in the way');
    expect(() => OwnerLock.acquire(join(folder, 'x.db'))).toThrow('cannot be written');
  });
});

describe('locks that processes left behind', () => {
  it('are removed, and no others', () => {
    const database = makePlace();
    const [mine, left] = [OwnerLock.acquire(database), OwnerLock.acquire(database)];
    left.release(true);
    expect(listFreeLocks(database)).toEqual([left.name]);
    removeFreeLocks(database, [mine.name, left.name, 'no-such.lock']);
    expect(readdirSync(findOwnersFolder(database))).toEqual([mine.name]);
    expect(probeOwnerLock(database, mine.name)).toBe('held');
    mine.release(false);
    expect(listFreeLocks(database)).toEqual([]);
  });

  it('are told from a file that a process is about to lock: it finds out and takes another', async () => {
    const database = makePlace();
    const { child } = await runElsewhere(
      `
      const { listFreeLocks, removeFreeLocks } = await import(MODULE);
      console.log('tidying');
      const end = performance.now() + 2000;
      while (performance.now() < end) removeFreeLocks(DATABASE, listFreeLocks(DATABASE));`,
      database,
    );
    for (let i = 0; i < 300; i++) {
      const lock = OwnerLock.acquire(database);
      expect(probeOwnerLock(database, lock.name)).toBe('held');
      lock.release(i % 2 === 0);
    }
    child.kill('SIGKILL');
  });
});
