import { nameCommand } from '../core/command-name.js';
import { quoteWord } from '../core/quote-word.js';
import { DATASET_NAMES } from '../dataset/registry.js';
import type { WholeRun } from '../experiment/whole-run.js';

/** A command line and what it is for. */
export interface RunCommand {
  readonly purpose: string;
  readonly command: string;
}

/** For the user to replace. */
const OWN_FOLDER = 'FOLDER';

/** The name under which the page hands out a run's spec. */
export function nameSpecFile(runId: number): string {
  return `run-${runId}.json`;
}

/**
 * What can be done with a run on the command line. Commands that train take its spec as a file, which the page hands out, and `--data` for images of the
 * user's own, whose place is not recorded.
 *
 * @param database as the user has named it
 * @param keepsModel whether the trained network is still in the run's folder
 */
export function listRunCommands(
  { runId, state, sweep, spec }: Pick<WholeRun, 'runId' | 'state' | 'sweep' | 'spec'>,
  database: string,
  keepsModel: boolean,
): RunCommand[] {
  const tell = (name: string, ...words: readonly string[]) =>
    [nameCommand(name), ...[...words, '--db', database].map(quoteWord)].join(' ');
  const specFile = nameSpecFile(runId);
  const saved = `run-${runId}.safetensors`;
  const isOwn = !DATASET_NAMES.includes(String(spec.dataset));
  const data = isOwn ? ['--data', OWN_FOLDER] : [];
  const where = isOwn ? `; ${OWN_FOLDER} stands for where its images (${spec.dataset}) are` : '';
  const train = (purpose: string, ...words: readonly string[]) => ({
    purpose: `${purpose}${where}`,
    command: tell('train', specFile, ...data, ...words),
  });
  const isOver = state === 'done' || state === 'diverged';
  const isUnderWay = state === 'running' || state === 'queued';
  const repeats = isOwn
    ? train('Repeat it and compare the weights; nothing is recorded', '--again')
    : {
        purpose: 'Repeat it and compare every bit; nothing is recorded',
        command: tell('runs', 'verify', String(runId)),
      };
  return [
    ...(isOver ? [repeats] : []),
    ...(isOver || isUnderWay ? [] : [train('Continue it from its last checkpoint')]),
    ...(keepsModel
      ? [{ purpose: 'Predict with it', command: tell('predict', '--run', String(runId), 'picture.png') }]
      : state === 'done'
        ? [
            train('Train it once more and save the network, to predict with', '--save', saved),
            { purpose: 'Predict with that', command: `${nameCommand('predict')} ${saved} picture.png` },
          ]
        : []),
    ...(isUnderWay ? [] : [train('Look where its time goes, layer by layer', '--profile', '--again')]),
    { purpose: 'All that is recorded, as JSON', command: tell('runs', 'show', String(runId), '--json') },
    { purpose: `The report of its sweep, to hand in`, command: tell('report', sweep) },
  ];
}
