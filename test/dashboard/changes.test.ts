import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChangeEvent, RunChanges } from '../../src/dashboard/changes.js';
import { RunTable } from '../../src/dashboard/run-table.js';
import { openDatabase, openDatabaseReadOnly } from '../../src/experiment/database.js';
import { prepareEpochs, writeManyRuns } from '../helpers/many-runs.js';

let folder: string;
let writer: Database.Database;
let reader: Database.Database;
let changes: RunChanges;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convoy-changes-'));
  const file = join(folder, 'runs.db');
  writeManyRuns(file, { runs: 12, running: 1 });
  writer = openDatabase(file);
  writer.exec("UPDATE runs SET state = 'interrupted' WHERE run_id = 2");
  reader = openDatabaseReadOnly(file);
  changes = new RunChanges(reader, new RunTable(reader));
});
afterEach(() => {
  writer.close();
  reader.close();
  rmSync(folder, { recursive: true });
});

/** What is new since a version, in short. */
function tell(since: string): unknown[] {
  return changes.since(since)!.events.map(describeEvent);
}

function describeEvent({ event, data }: ChangeEvent): unknown {
  switch (event) {
    case 'runs':
      return [event, ...data.rows.map(({ run, state }) => `${run} ${state}`)];
    case 'gone':
      return [event, ...data.runs];
    case 'epochs':
      return [event, data.run, data.after, data.epochs.map(({ epoch }) => epoch)];
  }
}

/** Until all runs have been looked at that an earlier change may have touched. */
function settle(): void {
  for (let i = 0; i < 5; i++) changes.look();
}

describe('changes of runs', () => {
  it('are none where nobody has written', () => {
    settle();
    const { version } = changes;
    expect(changes.look()).toBe(false);
    expect(changes.version).toBe(version);
    expect(changes.since(version)).toEqual({ version, events: [] });
  });

  it('are an epoch of a run under way: the row, and the epoch alone', () => {
    const { version } = changes;
    prepareEpochs(writer)(12, 6, 3);
    expect(changes.look()).toBe(true);
    expect(tell(version)).toEqual([
      ['runs', '12 running'],
      ['epochs', 12, 5, [6]],
    ]);
    expect(changes.since(version)!.events[0]!.data).toMatchObject({
      version: changes.version,
      rows: [{ group: 11, values: { completed_epochs: 6, test_error_percent: 3, width: 0.6 } }],
    });
  });

  it('are told from any version on', () => {
    const versions = [changes.version];
    for (const epoch of [6, 7, 8]) {
      prepareEpochs(writer)(12, epoch, 3);
      changes.look();
      versions.push(changes.version);
    }
    expect(tell(versions[2]!)).toContainEqual(['epochs', 12, 7, [8]]);
    // Of what came before the last change it is not known where it began.
    expect(tell(versions[1]!)).toContainEqual(['epochs', 12, 0, [1, 2, 3, 4, 5, 6, 7, 8]]);
    expect(tell(versions[3]!)).toEqual([]);
  });

  it('are a run that is new', () => {
    const { version } = changes;
    copyRun();
    changes.look();
    expect(tell(version)).toEqual([
      ['runs', '13 running'],
      ['epochs', 13, 0, []],
    ]);
  });

  it('are a run that ends', () => {
    const { version } = changes;
    writer.exec(
      "UPDATE runs SET state = 'done', finished_at = 'now', weights_sha256 = 'x' WHERE run_id = 12",
    );
    changes.look();
    expect(tell(version)).toEqual([['runs', '12 done']]);
  });

  it('are a run that is taken up again, in the look after it', () => {
    settle();
    const { version } = changes;
    writer.exec(
      "UPDATE runs SET state = 'running', started_at = 'later' WHERE run_id = 2; DELETE FROM epochs WHERE run_id = 2",
    );
    prepareEpochs(writer)(2, 1, 50);
    changes.look();
    expect(tell(version)).toEqual([
      ['runs', '2 running'],
      ['epochs', 2, 0, [1]],
    ]);
  });

  it('are a run that begins anew and has as many epochs as before', () => {
    writer.exec("UPDATE runs SET started_at = 'again' WHERE run_id = 12");
    const { version } = changes;
    changes.look();
    expect(tell(version)).toContainEqual(['epochs', 12, 0, [1, 2, 3, 4, 5]]);
  });

  it('are notes and tags', () => {
    settle();
    const { version } = changes;
    writer.exec("UPDATE runs SET note = 'look here' WHERE run_id = 1");
    settle();
    expect(tell(version)).toEqual([['runs', '1 done']]);
    const { version: next } = changes;
    writer.exec("INSERT INTO run_tags VALUES (3, 'best')");
    settle();
    expect(tell(next)).toEqual([['runs', '3 done']]);
  });

  it('are runs that are removed, restored and purged', () => {
    const { version } = changes;
    writer.exec("UPDATE runs SET removed_at = 'now' WHERE run_id = 1");
    changes.look();
    expect(tell(version)).toEqual([['gone', 1]]);
    writer.exec('UPDATE runs SET removed_at = NULL WHERE run_id = 1');
    changes.look();
    expect(tell(version)).toEqual([['runs', '1 done']]);
    const { version: restored } = changes;
    writer.exec('DELETE FROM runs WHERE run_id IN (1, 2)');
    settle();
    expect(tell(restored)).toEqual([['gone', 1, 2]]);
  });

  it('cannot be told from versions of others', () => {
    const other = new RunChanges(reader, new RunTable(reader));
    for (const version of [other.version, '', 'x', `${changes.version}9`]) {
      expect(changes.since(version)).toBeNull();
    }
  });

  it('are found while somebody writes, and keep nobody from it', () => {
    writer.exec('BEGIN IMMEDIATE');
    prepareEpochs(writer)(12, 6, 3);
    expect(changes.look()).toBe(false);
    writer.exec('COMMIT');
    expect(changes.look()).toBe(true);
    expect(reader.inTransaction).toBe(false);
  });
});

function copyRun(): void {
  const columns = writer
    .prepare("SELECT name FROM pragma_table_info('runs') WHERE name NOT IN ('run_id', 'identity')")
    .pluck()
    .all()
    .join(', ');
  writer.exec(
    `INSERT INTO runs (identity, ${columns}) SELECT '${'e'.repeat(64)}', ${columns} FROM runs WHERE run_id = 12`,
  );
}
