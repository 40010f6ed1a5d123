import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunChange, RunChanges } from '../../src/dashboard/run-changes.js';
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

/** What has changed since the last look, in short. */
function look(isWritten = true): unknown[] {
  return changes.look(isWritten).map(describeChange);
}

function describeChange({ event, data }: RunChange): unknown {
  switch (event) {
    case 'runs':
      return [event, ...data.rows.map(({ run, state }) => `${run} ${state}`)];
    case 'gone':
      return [event, ...data.runs];
    case 'epochs':
      return [event, data.run, data.after, data.epochs.map(({ epoch }) => epoch)];
  }
}

describe('changes of runs', () => {
  it('are none where nobody has written', () => {
    expect(look()).toEqual([]);
    expect(changes.isBehind).toBe(false);
    expect(look(false)).toEqual([]);
  });

  it('are an epoch of a run under way: the row, and the epoch alone', () => {
    prepareEpochs(writer)(12, 6, 3);
    const found = changes.look(true);
    expect(found.map(describeChange)).toEqual([
      ['runs', '12 running'],
      ['epochs', 12, 5, [6]],
    ]);
    expect(found[0]!.data).toMatchObject({
      rows: [{ group: 11, values: { completed_epochs: 6, test_error_percent: 3, width: 0.6 } }],
    });
    expect(look()).toEqual([]);
  });

  it('are a run that is new', () => {
    copyRun();
    expect(look()).toEqual([
      ['runs', '13 running'],
      ['epochs', 13, 0, []],
    ]);
  });

  it('are a run that ends', () => {
    writer.exec(
      "UPDATE runs SET state = 'done', finished_at = 'now', weights_sha256 = 'x' WHERE run_id = 12",
    );
    expect(look()).toEqual([['runs', '12 done']]);
  });

  it('are a run that is taken up again', () => {
    writer.exec(
      "UPDATE runs SET state = 'running', started_at = 'later' WHERE run_id = 2; DELETE FROM epochs WHERE run_id = 2",
    );
    prepareEpochs(writer)(2, 1, 50);
    expect(look()).toEqual([
      ['runs', '2 running'],
      ['epochs', 2, 0, [1]],
    ]);
  });

  it('are a run that begins anew and has as many epochs as before', () => {
    writer.exec("UPDATE runs SET started_at = 'again' WHERE run_id = 12");
    expect(look()).toContainEqual(['epochs', 12, 0, [1, 2, 3, 4, 5]]);
  });

  it('are notes and tags', () => {
    writer.exec("UPDATE runs SET note = 'look here' WHERE run_id = 1");
    expect(look()).toEqual([['runs', '1 done']]);
    writer.exec("INSERT INTO run_tags VALUES (3, 'best')");
    expect(look()).toEqual([['runs', '3 done']]);
  });

  it('are runs that are removed, restored and purged', () => {
    writer.exec("UPDATE runs SET removed_at = 'now' WHERE run_id = 1");
    expect(look()).toEqual([['gone', 1]]);
    writer.exec('UPDATE runs SET removed_at = NULL WHERE run_id = 1');
    expect(look()).toEqual([
      ['runs', '1 done'],
      ['epochs', 1, 0, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ]);
    writer.exec('DELETE FROM runs WHERE run_id IN (1, 2)');
    expect(look()).toEqual([['gone', 1, 2]]);
    expect(look()).toEqual([]);
  });

  it('are found while somebody writes, and keep nobody from it', () => {
    writer.exec('BEGIN IMMEDIATE');
    prepareEpochs(writer)(12, 6, 3);
    expect(look()).toEqual([]);
    writer.exec('COMMIT');
    expect(look()).toHaveLength(2);
    expect(reader.inTransaction).toBe(false);
  });
});

describe('changes among more runs than one look is at', () => {
  it('are found in the looks after it', () => {
    const file = join(folder, 'more.db');
    writeManyRuns(file, { runs: 1100, epochs: 1 });
    const [more, all] = [openDatabase(file), openDatabaseReadOnly(file)];
    changes = new RunChanges(all, new RunTable(all));
    more.exec("UPDATE runs SET note = 'look here' WHERE run_id IN (1, 600, 1100)");
    expect(look()).toEqual([['runs', '1 done']]);
    expect(look(false)).toEqual([['runs', '600 done']]);
    expect(changes.isBehind).toBe(true);
    expect(look(false)).toEqual([['runs', '1100 done']]);
    expect(changes.isBehind).toBe(false);
    more.close();
    all.close();
  });

  it('are found, each once, though somebody writes before every look', () => {
    const file = join(folder, 'busy.db');
    writeManyRuns(file, { runs: 1500, epochs: 2, running: 1 });
    const [busy, all] = [openDatabase(file), openDatabaseReadOnly(file)];
    changes = new RunChanges(all, new RunTable(all));
    // Ended otherwise than by itself: neither its removal nor its restoration changes what is live.
    busy.exec("UPDATE runs SET removed_at = 'now' WHERE run_id = 97");
    look();
    while (changes.isBehind) look(false);
    const write = prepareEpochs(busy);
    const lookAround = () =>
      Array.from({ length: 4 }, (_, i) => {
        busy.exec(`UPDATE epochs SET test_error_percent = ${i} WHERE run_id = 1500`);
        return look();
      }).flat();
    busy.exec("UPDATE runs SET note = 'look here' WHERE run_id IN (1, 600, 1499)");
    busy.exec("INSERT INTO run_tags VALUES (1100, 'best')");
    busy.exec(
      "UPDATE runs SET removed_at = 'now' WHERE run_id = 194; UPDATE runs SET removed_at = NULL WHERE run_id = 97",
    );
    const found = lookAround().map((change) => JSON.stringify(change));
    for (const expected of ['"1 done"', '"600 done"', '"1100 done"', '"1499 done"', '"97 ', '["gone",194]']) {
      expect(
        found.filter((text) => text.includes(expected) && !text.includes('epochs')),
        expected,
      ).toHaveLength(1);
    }
    write(1500, 2, 3);
    expect(look()).toEqual([
      ['runs', '1500 running'],
      ['epochs', 1500, 1, [2]],
    ]);
    busy.close();
    all.close();
  });

  it('are found at once where other runs are live: taken up, removed', () => {
    const file = join(folder, 'live.db');
    writeManyRuns(file, { runs: 600, epochs: 1 });
    const [more, all] = [openDatabase(file), openDatabaseReadOnly(file)];
    changes = new RunChanges(all, new RunTable(all));
    // Recorded as failed.
    more.exec(
      "UPDATE runs SET state = 'running' WHERE run_id = 582; UPDATE runs SET removed_at = 'now' WHERE run_id = 590",
    );
    expect(look()).toEqual([
      ['runs', '582 running'],
      ['gone', 590],
    ]);
    more.close();
    all.close();
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
