import { type Command, Option } from 'commander';
import { unknownName } from '../../core/errors.js';
import { RUN_STATES, type RunState } from '../../experiment/run-records.js';
import type { RowFormat } from './query.js';

/** How rows are to be printed; at most one of them is set. */
export interface FormatFlags {
  readonly json?: true;
  readonly csv?: true;
  readonly parquet?: true;
}

/** Lets a command that prints rows print them as JSON, CSV or Parquet. */
export function addFormats(command: Command): Command {
  return command
    .addOption(new Option('--json', 'as a JSON array of objects').conflicts('csv'))
    .addOption(new Option('--csv', 'as CSV (RFC 4180)').conflicts('parquet'))
    .addOption(new Option('--parquet', 'as a Parquet file').conflicts('json'));
}

export function chooseFormat({ json, csv, parquet }: FormatFlags): RowFormat {
  return json ? 'json' : csv ? 'csv' : parquet ? 'parquet' : 'table';
}

/** Lets a command take some runs of all; the flags are a `RunFilter`. */
export function addFilter(command: Command): Command {
  return command
    .option('--sweep <name>', 'only those of one sweep')
    .option('--state <state>', `only those in one state: ${RUN_STATES.join(', ')}`, (text) =>
      parseState(`runs ${command.name()}`, text),
    )
    .option('--tag <tag>', 'only those with a tag');
}

function parseState(area: string, text: string): RunState {
  const state = RUN_STATES.find((candidate) => candidate === text);
  if (state === undefined) throw unknownName(area, 'state', text, RUN_STATES);
  return state;
}
