import { openDatabaseReadOnly, requireDatabase } from '../../experiment/database.js';
import { formatHtml } from '../../report/document/html.js';
import { formatMarkdown } from '../../report/document/markdown.js';
import { collectFor } from '../collect-pending.js';
import { EXIT_CODES } from '../exit.js';
import type { Streams } from '../streams.js';
import { writeTextFile } from '../write-text-file.js';
import { parseReportArguments } from './options.js';
import { writeReport } from './source.js';

/**
 * `report <sweep>`: writes what a database holds of a sweep as one HTML page and its Markdown twin.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, an unknown sweep, a database or file that cannot be used
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = await parseReportArguments(args, streams);
  if (command === null) return EXIT_CODES.done;
  requireDatabase(command.db);
  await collectFor(command.db, (line) => streams.err.write(`${line}\n`));
  const db = openDatabaseReadOnly(command.db);
  try {
    const document = await writeReport(db, command);
    await writeTextFile(command.out, formatHtml(document), '--out');
    await writeTextFile(command.markdown, formatMarkdown(document), '--markdown');
    streams.out.write(`${command.out}, ${command.markdown}: ${document.subtitle}\n`);
    for (const note of document.notes ?? []) streams.err.write(`${note.replaceAll('`', '')}\n`);
  } finally {
    db.close();
  }
  return EXIT_CODES.done;
}
