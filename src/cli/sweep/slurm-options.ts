import type { Command } from 'commander';
import { UserError } from '../../core/errors.js';
import type { SlurmOptions } from '../../remote/slurm/submit.js';
import { parseCount, RepeatableOption } from '../command-line.js';

/** Where results lie, if nothing else is said. */
export const DEFAULT_FOLDER = 'slurm';
/** Enough for a step, and for writing a large network's state to a slow disk. */
const DEFAULT_GRACE_SECONDS = 120;
/** What Slurm takes. */
const MAX_GRACE_SECONDS = 65_535;
const MAX_TASKS = 1_000_000;
const MAX_POINTS_PER_TASK = 100_000;

/** What a command's options say of Slurm. */
export interface SlurmFlags {
  readonly slurm?: true;
  readonly collect?: true;
  readonly folder?: string;
  readonly partition?: string;
  readonly time?: string;
  readonly arrayLimit?: number;
  readonly pointsPerTask?: number;
  readonly grace?: number;
  readonly sbatch?: readonly string[];
  readonly workers?: number;
  readonly wait?: boolean;
}

/** What other machines are asked for. */
export type RemoteChoice =
  | {
      readonly kind: 'slurm';
      readonly folder: string;
      readonly options: SlurmOptions;
      /** Whether the jobs are waited for. */
      readonly wait: boolean;
    }
  /** What has come to a result is recorded. Without a folder it is looked for where something was submitted. */
  | { readonly kind: 'collect'; readonly folder: string | null };

/** Lets a command have its points trained by Slurm. */
export function addSlurmOptions(command: Command): Command {
  return command
    .option('--slurm', 'submit what is missing to Slurm, as job arrays (docs/machines.md)')
    .option('--collect', 'record what such jobs have come to; train nothing')
    .option(
      '--folder <path>',
      `where they leave it: a folder that all nodes see (default: ${DEFAULT_FOLDER})`,
      parseText('--folder'),
    )
    .option('--partition <name>', "of Slurm (default: the site's)", parseText('--partition'))
    .option('--time <limit>', 'of a task, such as 2:00:00; what it cuts goes on in the next', parseTime)
    .option('--array-limit <n>', 'tasks that run at once, at most', (text) =>
      parseCount('--array-limit', text, MAX_TASKS),
    )
    .option('--points-per-task <n>', 'that a task trains, one after another (default: 1)', (text) =>
      parseCount('--points-per-task', text, MAX_POINTS_PER_TASK),
    )
    .option(
      '--grace <seconds>',
      `before the time limit, when a task saves its state and queues again (default: ${DEFAULT_GRACE_SECONDS}, or a quarter of a short limit)`,
      (text) => parseCount('--grace', text, MAX_GRACE_SECONDS),
    )
    .addOption(
      new RepeatableOption(
        '--sbatch <option>',
        'another option of sbatch: --sbatch=--mem=4G',
        collectOptions,
      ),
    );
}

/** Options that mean nothing where no run is trained by this process. */
const LOCAL_OPTIONS = ['parallel', 'profile', 'failFast', 'dryRun', 'queue'] as const;
/** Options of the jobs. */
const JOB_OPTIONS = ['partition', 'time', 'arrayLimit', 'pointsPerTask', 'grace', 'sbatch'] as const;
/** Of runs that begin. */
const RUN_OPTIONS = [
  'workers',
  'wait',
  'restart',
  'checkpointSteps',
  'checkpointMinutes',
  'keep',
  'checkpoints',
];

/**
 * @param command that has parsed the flags
 * @throws UserError if one option makes another meaningless
 */
export function readSlurmFlags(command: Command, flags: SlurmFlags): RemoteChoice | null {
  const { slurm, collect, folder, partition, time, arrayLimit, workers, sbatch = [], wait = false } = flags;
  const { pointsPerTask = 1 } = flags;
  if (slurm && collect) {
    throw new UserError('--collect: expected no --slurm beside it, found both. Submit first, collect later.');
  }
  if (collect) {
    refuse(command, '--collect', [...LOCAL_OPTIONS, ...JOB_OPTIONS, ...RUN_OPTIONS]);
    return { kind: 'collect', folder: folder ?? null };
  }
  if (!slurm) {
    const given = [...JOB_OPTIONS, 'folder'].find((name) => isGiven(command, name));
    if (given === undefined && !(wait && isGiven(command, 'wait'))) return null;
    throw new UserError(
      `${flagOf(command, given ?? 'wait')}: expected it with --slurm, found it alone. Give --slurm, or leave it out.`,
    );
  }
  // Nothing is waited for anyway.
  refuse(command, '--slurm', wait ? LOCAL_OPTIONS : [...LOCAL_OPTIONS, 'wait']);
  return {
    kind: 'slurm',
    folder: folder ?? DEFAULT_FOLDER,
    wait,
    options: {
      ...(partition === undefined ? {} : { partition }),
      ...(time === undefined ? {} : { time }),
      ...(arrayLimit === undefined ? {} : { arrayLimit }),
      pointsPerTask,
      graceSeconds: chooseGrace(flags),
      workers: workers ?? null,
      others: sbatch,
    },
  };
}

/** Of a short limit no more than a quarter, so that most of a task's time is training. */
function chooseGrace({ grace, time }: SlurmFlags): number {
  const limitSeconds = time === undefined ? Number.POSITIVE_INFINITY : readSeconds(time);
  if (grace === undefined) return Math.min(DEFAULT_GRACE_SECONDS, Math.ceil(limitSeconds / 4));
  if (grace < limitSeconds) return grace;
  throw new UserError(
    `--grace: expected less than the time limit, ${limitSeconds} s, found ${grace}. Give tasks more --time.`,
  );
}

function refuse(command: Command, beside: string, names: readonly string[]): void {
  const given = names.find((name) => isGiven(command, name));
  if (given === undefined) return;
  throw new UserError(
    `${flagOf(command, given)}: expected no ${beside} beside it, found both. Leave one out.`,
  );
}

function isGiven(command: Command, name: string): boolean {
  return command.getOptionValueSource(name) === 'cli';
}

/** As the user writes it, `--no-` before what is switched off. */
function flagOf(command: Command, name: string): string {
  const value: unknown = command.getOptionValue(name);
  const options = command.options.filter((option) => option.attributeName() === name);
  return (options.find(({ negate }) => negate === (value === false)) ?? options[0])!.long!;
}

function parseText(option: string): (text: string) => string {
  return (text) => {
    if (text !== '') return text;
    throw new UserError(`${option}: expected a name, found nothing.`);
  };
}

/** `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours[:minutes[:seconds]]`. */
function parseTime(text: string): string {
  if (/^(?:\d+(?::\d\d?){0,2}|\d+-\d+(?::\d\d?){0,2})$/.test(text)) return text;
  throw new UserError(
    `--time: expected a time as sbatch takes it, such as 2:00:00 or 1-12, found '${text}'.`,
  );
}

function readSeconds(time: string): number {
  const [, days, rest = ''] = /^(?:(\d+)-)?(.*)$/.exec(time)!;
  const numbers = rest.split(':').map(Number);
  // With days the first number is hours, without them two numbers are minutes and seconds, and one is minutes.
  const [hours = 0, minutes = 0, seconds = 0] =
    days !== undefined || numbers.length === 3 ? numbers : [0, ...numbers];
  return ((Number(days ?? 0) * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** What the program says itself; the first name is the one that may be given to it, if any. */
const OWN_OPTIONS: Readonly<Record<string, string | null>> = {
  '--partition': '--partition',
  '-p': '--partition',
  '--time': '--time',
  '-t': '--time',
  '--cpus-per-task': '--workers',
  '-c': '--workers',
  '--array': '--array-limit',
  '-a': '--array-limit',
  '--signal': '--grace',
  '--wait': '--wait',
  '-W': '--wait',
  '--dependency': null,
  '-d': null,
  '--job-name': null,
  '-J': null,
  '--output': null,
  '-o': null,
  '--open-mode': null,
  '--chdir': null,
  '-D': null,
  '--requeue': null,
  '--no-requeue': null,
  '--parsable': null,
  '--wrap': null,
  '--ntasks': null,
  '-n': null,
  '--nodes': null,
  '-N': null,
};

function collectOptions(text: string, earlier: readonly string[] = []): string[] {
  const [name = ''] = /^--?[a-zA-Z][\w-]*/.exec(text) ?? [];
  if (name === '') {
    throw new UserError(
      `--sbatch: expected an option of sbatch, found '${text}'. For instance: --sbatch=--mem=4G.`,
    );
  }
  const key = name.startsWith('--') ? name : name.slice(0, 2);
  if (!Object.hasOwn(OWN_OPTIONS, key)) return [...earlier, text];
  const own = OWN_OPTIONS[key];
  const advice = own ? `Give ${own}` : 'Leave it out';
  throw new UserError(
    `--sbatch: expected an option that the program does not set itself, found ${key}. ${advice}.`,
  );
}
