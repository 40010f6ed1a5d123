import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WatchedDatabase } from '../../src/dashboard/watched-database.js';
import { openDatabase } from '../../src/experiment/database.js';
import { makeFolder } from '../experiment/fake-runs.js';

vi.mock('../../src/experiment/file-system.js', async (load) => ({
  ...(await load<typeof import('../../src/experiment/file-system.js')>()),
  isNetworkFileSystem: () => true,
}));

it('of which a copy is read, is copied anew when it has changed, not more often than each few seconds', () => {
  let nowMs = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  onTestFinished(() => clock.mockRestore());
  const watched = new WatchedDatabase(join(makeFolder(), 'experiments.db'), 0);
  onTestFinished(() => watched.close());
  const writer = openDatabase(watched.file);
  onTestFinished(() => void writer.close());
  const add = (name: string) =>
    writer.prepare("INSERT INTO sweeps (name, created_at) VALUES (?, '')").run(name);
  const count = () => watched.read((db) => db.prepare('SELECT count(*) FROM sweeps').pluck().get());
  add('a');
  expect(count()).toBe(1);
  const version = watched.version();
  nowMs += 10_000;
  expect(watched.changesSince(version), 'nothing has changed').toEqual([]);
  add('b');
  expect(count()).toBe(2);
  expect(watched.changesSince(version)).toBeNull();
  add('c');
  nowMs += 1_000;
  expect(count(), 'the copy is a second old').toBe(2);
  nowMs += 10_000;
  expect(count()).toBe(3);
});
