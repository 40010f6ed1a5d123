import type Database from 'better-sqlite3';
import { type Command, Option } from 'commander';
import { UserError, unknownName } from '../../core/errors.js';
import { openDatabaseReadOnly } from '../../experiment/database.js';
import { RUN_STATES, type RunState } from '../../experiment/run-records.js';
import { createCommand, parseCommand } from '../command-line.js';
import { EXIT_CODES } from '../exit.js';
import { DEFAULT_DATABASE } from '../run-options.js';
import { type Streams, useProcessStreams } from '../streams.js';
import { formatList } from './list.js';
import { formatQuery, type RowFormat } from './query.js';
import { formatRun } from './show.js';

interface Flags {
  readonly db: string;
  readonly json?: true;
  readonly csv?: true;
  readonly sweep?: string;
  readonly state?: RunState;
}

/**
 * `runs ls | show ID | query SQL`: reads the experiments' database and changes nothing in it.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, a database that is missing or not one of ours, wrong SQL
 */
export async function main(args: readonly string[], streams: Streams = useProcessStreams()): Promise<number> {
  const program = createCommand('runs', streams)
    .description('Shows what is recorded.')
    .option('--db <file>', 'the database to read', DEFAULT_DATABASE);
  const print = (command: Command, read: (db: Database.Database, flags: Flags) => string) => {
    const flags = command.optsWithGlobals<Flags>();
    const db = openDatabaseReadOnly(flags.db);
    try {
      streams.out.write(read(db, flags));
    } finally {
      db.close();
    }
  };

  addFormats(program.command('ls'))
    .description('lists the runs')
    .option('--sweep <name>', 'only those of one sweep')
    .option('--state <state>', `only those in one state: ${RUN_STATES.join(', ')}`, parseState)
    .action((_flags, command: Command) =>
      print(command, (db, flags) => formatList(db, flags, chooseFormat(flags))),
    );
  program
    .command('show')
    .description('prints one run whole: spec, environment, epochs, confusion matrix')
    .argument('<id>', "a run's number, as ls tells it", parseId)
    .option('--json', 'as one JSON object')
    .action((id: number, _flags, command: Command) =>
      print(command, (db, flags) => formatRun(db, id, flags.json === true)),
    );
  addFormats(program.command('query'))
    .description('prints what an SQL query gives, for instance "SELECT * FROM error_by_group"')
    .argument('<sql>', 'one statement that reads')
    .action((sql: string, _flags, command: Command) =>
      print(command, (db, flags) => formatQuery(db, sql, chooseFormat(flags))),
    );

  await parseCommand(program, args);
  return EXIT_CODES.done;
}

function addFormats(command: Command): Command {
  return command
    .addOption(new Option('--json', 'as a JSON array of objects').conflicts('csv'))
    .addOption(new Option('--csv', 'as CSV (RFC 4180)'));
}

function chooseFormat({ json, csv }: Flags): RowFormat {
  return json ? 'json' : csv ? 'csv' : 'table';
}

function parseId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UserError(`runs show: expected a run's number, found '${text}'. The numbers are in: runs ls.`);
}

function parseState(text: string): RunState {
  const state = RUN_STATES.find((candidate) => candidate === text);
  if (state === undefined) throw unknownName('runs ls', 'state', text, RUN_STATES);
  return state;
}
