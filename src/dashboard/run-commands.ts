import { nameCommand } from '../core/command-name.js';
import { quoteWord } from '../core/quote-word.js';
import type { WholeRun } from '../experiment/whole-run.js';

/** A command line and what it is for. */
export interface RunCommand {
  readonly purpose: string;
  readonly command: string;
}

/** The name under which the page hands out a run's spec. */
export function nameSpecFile(runId: number): string {
  return `run-${runId}.json`;
}

/**
 * What can be done with a run on the command line. Commands that train take its spec as a file, which the page hands out.
 *
 * @param database as the user has named it
 * @param keepsModel whether the trained network is still in the run's folder
 */
export function listRunCommands(
  { runId, state, sweep }: Pick<WholeRun, 'runId' | 'state' | 'sweep'>,
  database: string,
  keepsModel: boolean,
): RunCommand[] {
  const tell = (name: string, ...words: readonly string[]) =>
    [nameCommand(name), ...[...words, '--db', database].map(quoteWord)].join(' ');
  const specFile = nameSpecFile(runId);
  const saved = `run-${runId}.safetensors`;
  const isOver = state === 'done' || state === 'diverged';
  return [
    ...(isOver
      ? [
          {
            purpose: 'Repeat it and compare every bit; nothing is recorded',
            command: tell('runs', 'verify', String(runId)),
          },
        ]
      : [{ purpose: 'Continue it from its last checkpoint', command: tell('train', specFile) }]),
    ...(keepsModel
      ? [{ purpose: 'Predict with it', command: tell('predict', '--run', String(runId), 'picture.png') }]
      : state === 'done'
        ? [
            {
              purpose: 'Train it once more and save the network, to predict with',
              command: tell('train', specFile, '--save', saved),
            },
            { purpose: 'Predict with that', command: `${nameCommand('predict')} ${saved} picture.png` },
          ]
        : []),
    {
      purpose: 'Look where its time goes, layer by layer',
      command: `${nameCommand('train')} ${specFile} --profile --again --db ${quoteWord(database)}`,
    },
    { purpose: 'All that is recorded, as JSON', command: tell('runs', 'show', String(runId), '--json') },
    { purpose: `The report of its sweep, to hand in`, command: tell('report', sweep) },
  ];
}
