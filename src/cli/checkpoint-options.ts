import type { Command } from 'commander';
import { UserError, unknownName } from '../core/errors.js';
import { type CheckpointOptions, KEPT_FILES, type KeptFiles } from '../run/types.js';
import { parseCount } from './command-line.js';

/** How the runs of a command keep their states; null if they keep none. */
export type CheckpointChoice = Omit<CheckpointOptions, 'folder'> | null;

/** What a command's options say of checkpoints. */
export interface CheckpointFlags {
  /** False after `--no-checkpoints`. */
  readonly checkpoints: boolean;
  readonly checkpointSteps?: number;
  readonly checkpointMinutes?: number;
  readonly keep?: KeptFiles;
  readonly restart?: true;
}

const MAX_STEPS = 1_000_000_000;
/** A day: longer than anybody wants to lose. */
const MAX_MINUTES = 24 * 60;

/** Lets a command take options of checkpoints. */
export function addCheckpointOptions(command: Command): Command {
  return command
    .option('--restart', 'begin anew what was interrupted, whatever was saved of it')
    .option(
      '--checkpoint-steps <n>',
      'save the state after every n mini-batches, besides every epoch',
      (text) => parseCount('--checkpoint-steps', text, MAX_STEPS),
    )
    .option('--checkpoint-minutes <t>', 'likewise after every t minutes', (text) =>
      parseMinutes('--checkpoint-minutes', text),
    )
    .option(
      '--keep <what>',
      `what stays of a finished run beside the database: ${KEPT_FILES.join(', ')} (default: model)`,
      parseKeep,
    )
    .option('--no-checkpoints', 'save nothing beside the database: what is interrupted begins anew');
}

/** @throws UserError if one option makes another meaningless */
export function readCheckpointFlags(flags: CheckpointFlags): CheckpointChoice {
  const { checkpoints, checkpointSteps, checkpointMinutes, keep, restart } = flags;
  if (checkpoints) {
    return {
      ...(checkpointSteps === undefined ? {} : { everySteps: checkpointSteps }),
      ...(checkpointMinutes === undefined ? {} : { everyMinutes: checkpointMinutes }),
      ...(keep === undefined ? {} : { keep }),
      ...(restart === undefined ? {} : { restart }),
    };
  }
  const [other] = [
    checkpointSteps === undefined ? [] : ['--checkpoint-steps'],
    checkpointMinutes === undefined ? [] : ['--checkpoint-minutes'],
    keep === undefined || keep === 'nothing' ? [] : [`--keep ${keep}`],
  ].flat();
  if (other === undefined) return null;
  throw new UserError(`--no-checkpoints: expected no ${other} beside it, found both. Leave one out.`);
}

/** @throws UserError for what is no time */
export function parseMinutes(option: string, text: string): number {
  const minutes = Number(text);
  if (/^\d*\.?\d+$/.test(text) && minutes > 0 && minutes <= MAX_MINUTES) return minutes;
  throw new UserError(`${option}: expected a number above 0, ${MAX_MINUTES} at most, found '${text}'.`);
}

function parseKeep(text: string): KeptFiles {
  const kept = KEPT_FILES.find((candidate) => candidate === text);
  if (kept === undefined) throw unknownName('--keep', 'choice', text, KEPT_FILES);
  return kept;
}
