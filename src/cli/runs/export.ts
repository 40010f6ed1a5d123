import type { Command } from 'commander';
import { UserError } from '../../core/errors.js';
import { writeWholeFile } from '../../core/write-whole-file.js';
import { JSON_COLUMNS, selectEpochsForExport, selectRunsForExport } from '../../experiment/export-rows.js';
import type { RunFilter } from '../../experiment/run-records.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { formatRows, printRows, type RowFormat } from './query.js';
import { addFilter, addFormats, chooseFormat, type FormatFlags } from './row-options.js';
import type { Session } from './session.js';

type Flags = RunFilter & FormatFlags & { readonly epochs?: true };

/** `export`: runs or their epochs for other programs. */
export function addExportCommand(program: Command, session: Session): void {
  addFormats(addFilter(program.command('export')))
    .description(
      'writes runs, with spec and environment, or their epochs for other programs, as CSV, JSON or Parquet',
    )
    .argument('[file]', 'the file to write, whole or not at all (default: standard output)')
    .option('--removed', 'those that have been removed')
    .option('--epochs', 'one row an epoch in place of one a run')
    .action((file: string | undefined, flags: Flags, command: Command) =>
      session.read(command, async (db) => {
        const format = chooseFileFormat(file, flags);
        const rows = (flags.epochs ? selectEpochsForExport : selectRunsForExport)(db, flags);
        if (file === undefined) {
          await printRows(rows, { format, out: session.streams.out, embedded: JSON_COLUMNS });
          return;
        }
        await writeWholeFile(file, [Buffer.from(await formatRows(rows, format, { embedded: JSON_COLUMNS }))]);
        session.streams.out.write(
          `${file}: ${formatNumberOf(rows.rows.length, flags.epochs ? 'epoch' : 'run')}\n`,
        );
      }),
    );
}

/** As is asked for, or as the file's name says. */
function chooseFileFormat(file: string | undefined, flags: FormatFlags): RowFormat {
  const asked = chooseFormat(flags);
  if (asked !== 'table') return asked;
  const [, ending] = /\.(csv|json|parquet)$/i.exec(file ?? '') ?? [];
  if (ending === undefined) {
    throw new UserError(
      `runs export: expected --csv, --json or --parquet, or a file that ends in .csv, .json or .parquet, found ${file ?? 'neither'}. Give one of them.`,
    );
  }
  return ending.toLowerCase() as RowFormat;
}
