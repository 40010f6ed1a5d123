import type { Command } from 'commander';
import type { RunFilter } from '../../experiment/run-records.js';
import { createCommand, parseCommand } from '../command-line.js';
import type { Engine } from '../engine.js';
import { DEFAULT_DATABASE } from '../run-options.js';
import { type Streams, useProcessStreams, widthOf } from '../streams.js';
import { createTrainEngine } from '../train/engine.js';
import { addBackupCommand } from './backup.js';
import { addDiffCommand } from './diff.js';
import { addDoctorCommand } from './doctor/doctor.js';
import { addExportCommand } from './export.js';
import { printList } from './list.js';
import { printQuery } from './query.js';
import { addRemarkCommands } from './remarks.js';
import { addRemovalCommands } from './removal.js';
import { addFilter, addFormats, chooseFormat, type FormatFlags } from './row-options.js';
import { findRunId } from './run-ids.js';
import { Session } from './session.js';
import { formatRun } from './show.js';
import { addVerifyCommand } from './verify.js';

/**
 * `runs`: shows what is recorded, and looks after it.
 *
 * @param createEngine for `verify`, which trains
 * @returns the exit code
 * @throws UserError for wrong usage, a database that is missing or not one of ours, wrong SQL
 */
export async function main(
  args: readonly string[],
  streams: Streams = useProcessStreams(),
  createEngine: (err: Streams['err']) => Engine = createTrainEngine,
): Promise<number> {
  const session = new Session(streams, createEngine);
  const program = createCommand('runs', streams)
    .description('Shows what is recorded, and looks after it.')
    .option('--db <file>', 'the database', DEFAULT_DATABASE);
  addReadingCommands(program, session);
  addBackupCommand(program, session);
  addDoctorCommand(program, session);
  addDiffCommand(program, session);
  addVerifyCommand(program, session);
  addExportCommand(program, session);
  addRemarkCommands(program, session);
  addRemovalCommands(program, session);
  await parseCommand(program, args);
  return session.exitCode;
}

function addReadingCommands(program: Command, session: Session): void {
  const { out } = session.streams;
  addFormats(addFilter(program.command('ls')))
    .description('lists the runs')
    .option('--removed', 'those that have been removed')
    .action((flags: RunFilter & FormatFlags, command: Command) =>
      session.read(command, (db) => printList(db, flags, { format: chooseFormat(flags), out })),
    );
  program
    .command('show')
    .description('prints one run whole: spec, environment, epochs, confusion matrix')
    .argument('<id>', "a run's number as ls tells it, or last")
    .option('--json', 'as one JSON object')
    .action((id: string, { json }: FormatFlags, command: Command) =>
      session.read(command, (db) =>
        out.write(formatRun(db, findRunId(db, id, 'any'), json === true, widthOf(out))),
      ),
    );
  addFormats(program.command('query'))
    .description('prints what an SQL query gives, for instance "SELECT * FROM error_by_group"')
    .argument('<sql>', 'one statement that reads')
    .action((sql: string, flags: FormatFlags, command: Command) =>
      session.read(command, (db) => printQuery(db, sql, { format: chooseFormat(flags), out })),
    );
}
