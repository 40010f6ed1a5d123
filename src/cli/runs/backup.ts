import type { Command } from 'commander';
import { backUp } from '../../experiment/backup.js';
import { backUpModels } from '../../experiment/backup-models.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { formatBytes } from '../../report/format-values.js';
import type { Session } from './session.js';

/** `backup FILE`: a whole copy, also while sweeps write. */
export function addBackupCommand(program: Command, session: Session): void {
  program
    .command('backup')
    .description('copies the database whole, also while sweeps write to it, and checks the copy')
    .argument('<file>', 'the copy; it can be given as --db')
    .option('--force', 'replaces a file that is there')
    .option(
      '--with-models',
      'copies the saved networks of finished runs too, into the folder runs beside the copy',
    )
    .action((file: string, flags: { force?: true; withModels?: true }, command: Command) =>
      session.read(command, async (db) => {
        const { runs, finished, sizeBytes } = await backUp(db, file, flags.force === true);
        const models = flags.withModels ? await backUpModels(db, file) : null;
        const facts = [
          `${formatNumberOf(runs, 'run')}, ${finished} of them finished`,
          formatBytes(sizeBytes),
          ...(models === null ? [] : [formatNumberOf(models, 'saved network')]),
        ];
        session.streams.out.write(`${file}: ${facts.join(', ')}; checked.\n`);
      }),
    );
}
