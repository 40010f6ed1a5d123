import { resolve } from 'node:path';
import { UserError } from '../../core/errors.js';
import type { Override } from '../../experiment/overrides.js';
import { createCommand, parseCommand } from '../command-line.js';
import { addOverrideOptions, listOverrides, type OverrideFlags } from '../override-options.js';
import { DEFAULT_DATABASE } from '../run-options.js';
import type { Streams } from '../streams.js';

const DEFAULT_PAGE = 'report.html';

/** What `report` was asked to do. */
export interface ReportCommand {
  readonly sweep: string;
  readonly db: string;
  readonly out: string;
  readonly markdown: string;
  readonly overrides: readonly Override[];
}

interface Flags extends OverrideFlags {
  readonly db: string;
  readonly out: string;
  readonly markdown?: string;
}

/**
 * Reads the arguments of `report`.
 *
 * @returns null if there was only help to show
 * @throws UserError for wrong usage
 */
export async function parseReportArguments(
  args: readonly string[],
  streams: Streams,
): Promise<ReportCommand | null> {
  let parsed: ReportCommand | null = null;
  const command = addOverrideOptions(
    createCommand('report', streams),
    'of 15.6: the report of runs that were made with this field',
  )
    .description('Writes what is recorded of a sweep as one HTML page, and beside it as Markdown.')
    .argument('<sweep>', "a sweep's name; 15.6 and its parts (15.6b to 15.6j) have reports of their own")
    .option('--db <file>', 'the database to read', DEFAULT_DATABASE)
    .option('--out <file>', 'the page to write', DEFAULT_PAGE)
    .option('--markdown <file>', 'the Markdown to write (default: beside the page, ending in .md)')
    .action((sweep: string, { db, out, markdown = nameTwin(out), ...flags }: Flags) => {
      parsed = { sweep, db, out, markdown, overrides: listOverrides(flags) };
    });
  await parseCommand(command, args);
  if (parsed !== null) checkFiles(parsed);
  return parsed;
}

/** `pages/report.html` -> `pages/report.md` */
function nameTwin(page: string): string {
  return `${page.replace(/\.x?html?$/i, '')}.md`;
}

function checkFiles({ out, markdown }: ReportCommand): void {
  if (/\.md$/i.test(out)) {
    throw new UserError(
      `--out: expected a page such as ${DEFAULT_PAGE}, found ${out}. The Markdown is written beside it.`,
    );
  }
  if (out === '' || markdown === '')
    throw new UserError('report: expected a file to write, found an empty name.');
  if (resolve(out) === resolve(markdown)) {
    throw new UserError(
      `report: expected two files, found ${out} for both. Give another one with --out or --markdown.`,
    );
  }
}
