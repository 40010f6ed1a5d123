import type { Command } from 'commander';
import { purgeRuns, removeRuns, restoreRuns } from '../../experiment/curation.js';
import { measureFolder } from '../../experiment/folder-size.js';
import { findRunFolder } from '../../experiment/run-folder.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { formatBytes } from '../../report/format-values.js';
import { EXIT_CODES } from '../exit.js';
import { findRunIds, IDS_HELP } from './run-ids.js';
import type { Session } from './session.js';

/** `rm`, `restore` and `purge`: a removal can be taken back until it is purged. */
export function addRemovalCommands(program: Command, session: Session): void {
  const { out } = session.streams;
  program
    .command('rm')
    .description('removes runs from all lists, reports and sweeps; restore brings them back')
    .argument('<ids...>', IDS_HELP)
    .action((texts: string[], _flags, command: Command) =>
      session.change(command, (db) => {
        const ids = findRunIds(db, texts, 'kept');
        removeRuns(db, ids);
        out.write(`Removed ${describeRuns(ids)}. Until purged they can be restored: runs restore.\n`);
      }),
    );
  program
    .command('restore')
    .description('brings removed runs back')
    .argument('<ids...>', IDS_HELP)
    .action((texts: string[], _flags, command: Command) =>
      session.change(command, (db) => {
        const ids = findRunIds(db, texts, 'removed');
        restoreRuns(db, ids);
        out.write(`Restored ${describeRuns(ids)}.\n`);
      }),
    );
  program
    .command('purge')
    .description(
      'deletes removed runs for good, with their models and checkpoints; lists them unless --yes is given',
    )
    .argument('[ids...]', `${IDS_HELP}; all removed runs if left out`)
    .option('--yes', 'deletes them')
    .action((texts: string[], { yes }: { yes?: true }, command: Command) =>
      session.change(command, async (db) => {
        const removed = db
          .prepare<[], number>('SELECT run_id FROM runs WHERE removed_at IS NOT NULL')
          .pluck();
        const ids = texts.length > 0 ? findRunIds(db, texts, 'removed') : removed.all();
        const measure = async (id: number) => [id, await measureFolder(findRunFolder(db.name, id))] as const;
        const sizes = new Map(await Promise.all(ids.map(measure)));
        const purged = yes ? await purgeRuns(db, ids) : [];
        if (ids.length === 0 || (yes && purged.length === 0)) {
          out.write('There is nothing to purge.\n');
        } else if (yes) {
          out.write(`Purged ${describePurge(purged, sizes)}.\n`);
        } else {
          session.streams.err.write(
            `Nothing is deleted yet. Give --yes to purge ${describePurge(ids, sizes)}.\n`,
          );
          session.exitCode = EXIT_CODES.usage;
        }
      }),
    );
}

/** `run 3 and 2.00 KB of their files` */
function describePurge(ids: readonly number[], sizes: ReadonlyMap<number, number>): string {
  const bytes = ids.reduce((sum, id) => sum + sizes.get(id)!, 0);
  return `${describeRuns(ids)} and ${formatBytes(bytes)} of their files`;
}

/** `run 3`, `2 runs (3, 5)` */
function describeRuns(ids: readonly number[]): string {
  return ids.length === 1 ? `run ${ids[0]}` : `${formatNumberOf(ids.length, 'run')} (${ids.join(', ')})`;
}
