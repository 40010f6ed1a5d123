import type Database from 'better-sqlite3';
import type { Command } from 'commander';
import { openDatabase, openDatabaseReadOnly, requireDatabase } from '../../experiment/database.js';
import { collectFor } from '../collect-pending.js';
import type { Engine } from '../engine.js';
import { EXIT_CODES } from '../exit.js';
import type { Streams } from '../streams.js';

/** What is done with a database; it is closed afterwards. What the action gives is of no interest. */
type Use = (db: Database.Database) => unknown;

/** What the commands of `runs` have in common. */
export class Session {
  /** What the command tells the shell, unless it throws. */
  exitCode: number = EXIT_CODES.done;

  /** @param createEngine for the command that trains; the others load nothing of it */
  constructor(
    readonly streams: Streams,
    readonly createEngine: (err: Streams['err']) => Engine,
  ) {}

  /**
   * Reads the database that the command names.
   *
   * @throws UserError if there is none, or it is not one of ours
   */
  async read(command: Command, action: Use): Promise<void> {
    const file = fileOf(command);
    requireDatabase(file);
    await collectFor(file, (line) => this.streams.err.write(`${line}\n`));
    await use(openDatabaseReadOnly(file), action);
  }

  /**
   * Changes the database that the command names; makes none.
   *
   * @throws UserError if there is none, it is not one of ours, or cannot be written
   */
  change(command: Command, action: Use): Promise<void> {
    requireDatabase(fileOf(command));
    return use(openDatabase(fileOf(command)), action);
  }
}

function fileOf(command: Command): string {
  return command.optsWithGlobals<{ readonly db: string }>().db;
}

async function use(db: Database.Database, action: Use): Promise<void> {
  try {
    await action(db);
  } finally {
    db.close();
  }
}
