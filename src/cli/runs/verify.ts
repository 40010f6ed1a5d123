import type Database from 'better-sqlite3';
import type { Command } from 'commander';
import { UserError } from '../../core/errors.js';
import { leaveImages } from '../../experiment/leave-images.js';
import {
  planRepetitions,
  type RepeatableRun,
  repeatRuns,
  type UnrepeatableRun,
  type Verification,
} from '../../experiment/verify.js';
import { MAX_THREADS } from '../../parallel/pool.js';
import { loadPlugins } from '../../plugins/load.js';
import { parseCount } from '../command-line.js';
import { addDataOptions, type DataFlags, openOwnData, withOwnData } from '../data-options.js';
import type { Engine } from '../engine.js';
import { EXIT_CODES } from '../exit.js';
import { findInterruptionCode, withInterruption } from '../interruption.js';
import type { SweepProgress } from '../progress/progress.js';
import { showProgress } from '../progress/show-progress.js';
import { PLUGIN_OPTION, parseWorkers } from '../run-options.js';
import { type Streams, widthOf } from '../streams.js';
import { findRunIds, IDS_HELP } from './run-ids.js';
import type { Session } from './session.js';
import { formatVerifiedRuns, isFine, type VerifiedRun } from './verified-runs.js';

interface Flags extends DataFlags {
  readonly workers?: number;
  readonly parallel?: number;
  readonly plugin?: readonly string[];
  readonly json?: true;
}

/** `verify ID...`: trains recorded runs again and compares them with their records. */
export function addVerifyCommand(program: Command, session: Session): void {
  const command = program
    .command('verify')
    .description(
      'trains runs again from their recorded specs, and says whether weights and all metrics are the recorded ones',
    )
    .argument('<ids...>', IDS_HELP)
    .option('--workers <n>', 'threads of one run (default: what --parallel leaves)', parseWorkers)
    .option('--parallel <n>', 'runs side by side (default: fills the machine)', (text) =>
      parseCount('--parallel', text, MAX_THREADS),
    )
    .addOption(PLUGIN_OPTION)
    .option('--json', 'as a JSON array of objects, with all differences');
  addDataOptions(command).action((texts: string[], flags: Flags, command: Command) =>
    session.read(command, (db) => verify(db, findRunIds(db, texts, 'kept'), flags, session)),
  );
}

async function verify(
  db: Database.Database,
  runIds: readonly number[],
  flags: Flags,
  session: Session,
): Promise<void> {
  const { out, err } = session.streams;
  const engine = session.createEngine(err);
  const planned = await plan(db, runIds, flags, { engine, streams: session.streams });
  const repeatable = planned.filter((item) => 'point' in item);
  const verifications = new Map<number, Verification>();
  const executor = engine.createExecutor(flags, repeatable.length);
  const points = repeatable.map(({ point }) => point);
  const progress = showProgress(err, points, points, executor.parallel);
  const interruptionCode = await withInterruption(
    async (signal) => {
      try {
        const observer = observe(repeatable, progress, verifications);
        await repeatRuns(db, repeatable, { executor, signal, observer });
        return findInterruptionCode(signal);
      } finally {
        progress.close();
        await executor.close?.();
      }
    },
    {
      first: () =>
        progress.say('Interrupted: runs in progress end after their step. Once more to end at once.'),
      last: () => progress.close(),
    },
  );
  const verified = planned.map((item): VerifiedRun => {
    const unknown = { verdict: 'unknown', reason: 'reason' in item ? item.reason : 'interrupted' } as const;
    return { run: item.run, verification: verifications.get(item.run.runId) ?? unknown };
  });
  out.write(formatVerifiedRuns(verified, flags.json === true, widthOf(out)));
  const allAreFine = verified.every(({ verification }) => isFine(verification));
  session.exitCode = interruptionCode ?? (allAreFine ? EXIT_CODES.done : EXIT_CODES.failed);
}

/** By itself, so that nothing keeps the images once the runs are planned. */
async function plan(
  db: Database.Database,
  runIds: readonly number[],
  flags: Flags,
  { engine, streams }: { readonly engine: Engine; readonly streams: Streams },
): Promise<(RepeatableRun | UnrepeatableRun)[]> {
  const plugins = await loadPlugins(flags.plugin ?? []);
  const own = await openOwnData(flags, streams);
  const planned = await planRepetitions(db, runIds, withOwnData(own, engine.loadDataset), plugins);
  return planned.map((item) => ('point' in item ? { ...item, point: leaveImages([item.point])[0]! } : item));
}

/** Shows repetitions as the runs of a sweep are shown, and keeps what came of them. */
function observe(
  repeatable: readonly RepeatableRun[],
  progress: SweepProgress,
  verifications: Map<number, Verification>,
): Parameters<typeof repeatRuns>[2]['observer'] {
  const asRun = (item: RepeatableRun) => ({
    runId: item.run.runId,
    index: repeatable.indexOf(item) + 1,
    count: repeatable.length,
    point: item.point,
  });
  return {
    began: (item) => progress.runStarted?.(asRun(item)),
    progressed: (item, steps) => progress.progressed?.(asRun(item), steps),
    epochEnded: (item, metrics) => progress.epochEnded?.(asRun(item), metrics),
    ended: (item, end, verification, error) => {
      verifications.set(item.run.runId, verification);
      progress.runEnded?.(asRun(item), end);
      // A user's mistake is told by its one line; what else is thrown is a bug, and the stack tells where.
      if (error instanceof Error && !(error instanceof UserError)) progress.say(error.stack ?? error.message);
    },
  };
}
