import type { Command } from 'commander';
import { UserError } from '../../core/errors.js';
import { writeWholeFile } from '../../core/write-whole-file.js';
import { JSON_COLUMNS, selectEpochsForExport, selectRunsForExport } from '../../experiment/export-rows.js';
import type { RunFilter } from '../../experiment/run-records.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { formatRowsAsCsv, formatRowsAsJson } from '../../report/format-rows.js';
import { addFilter, addFormats, type FormatFlags } from './row-options.js';
import type { Session } from './session.js';

type Flags = RunFilter & FormatFlags & { readonly epochs?: true };

/** `export`: runs or their epochs for other programs. */
export function addExportCommand(program: Command, session: Session): void {
  addFormats(addFilter(program.command('export')))
    .description('writes runs, with spec and environment, or their epochs for other programs, as CSV or JSON')
    .argument('[file]', 'the file to write, whole or not at all (default: standard output)')
    .option('--epochs', 'one row an epoch in place of one a run')
    .action((file: string | undefined, flags: Flags, command: Command) =>
      session.read(command, async (db) => {
        const format = chooseFormat(file, flags);
        const rows = (flags.epochs ? selectEpochsForExport : selectRunsForExport)(db, flags);
        const text = format === 'csv' ? formatRowsAsCsv(rows) : formatRowsAsJson(rows, JSON_COLUMNS);
        if (file === undefined) {
          session.streams.out.write(text);
          return;
        }
        await writeWholeFile(file, [Buffer.from(text)]);
        session.streams.out.write(
          `${file}: ${formatNumberOf(rows.rows.length, flags.epochs ? 'epoch' : 'run')}\n`,
        );
      }),
    );
}

/** As is asked for, or as the file's name says. */
function chooseFormat(file: string | undefined, { csv, json }: FormatFlags): 'csv' | 'json' {
  if (csv || json) return csv ? 'csv' : 'json';
  const [, ending] = /\.(csv|json)$/i.exec(file ?? '') ?? [];
  if (ending === undefined) {
    throw new UserError(
      `runs export: expected --csv or --json, or a file that ends in .csv or .json, found ${file ?? 'neither'}. Give one of them.`,
    );
  }
  return ending.toLowerCase() as 'csv' | 'json';
}
