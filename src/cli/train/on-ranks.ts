import { Writable } from 'node:stream';
import { UserError } from '../../core/errors.js';
import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { RankExecutor } from '../../experiment/rank-executor.js';
import { type Mpi, startMpi } from '../../parallel/mpi.js';
import { Ranks } from '../../parallel/ranks.js';
import type { UnplannedRun } from '../../run/fit.js';
import type { Engine } from '../engine.js';
import { EXIT_CODES, reportError } from '../exit.js';
import { withInterruption } from '../interruption.js';
import type { Streams } from '../streams.js';
import { planTraining, runTrainCommand } from './command.js';
import { createTrainEngine } from './engine.js';
import { parseTrainArguments, type TrainCommand } from './options.js';
import { compareRanks, describeRank } from './rank-facts.js';

/** What rank 0 tells the others to do. */
type Order = 'plan' | 'train' | 'end';

/**
 * `mpirun -n 2 ... train`: rank 0 does the command, prints and records; the others plan and train what it does, and say nothing but what ends all.
 *
 * @returns the exit code
 */
export async function trainOnRanks(args: readonly string[], streams: Streams): Promise<number> {
  const mpi = startMpi();
  const ranks = await Ranks.open(mpi.place);
  const code = await (ranks.isFirst ? lead(args, streams, { ranks, mpi }) : follow(args, { ranks, mpi }));
  mpi.stop();
  return code;
}

interface Party {
  readonly ranks: Ranks;
  readonly mpi: Mpi;
}

async function lead(args: readonly string[], streams: Streams, { ranks, mpi }: Party): Promise<number> {
  const order = (what: Order) => ranks.broadcastText(what);
  const engine = createTrainEngine(streams.err);
  /** The others are in the middle of something that this one has left. */
  let isBroken = false;
  const leading: Engine = {
    ...engine,
    async checkRun(run) {
      checkShards(run, ranks);
      await order('plan');
      compareRanks(await ranks.gatherTexts(describeRank(run)));
    },
    createExecutor(options) {
      const executor = new RankExecutor(options, { ranks, loadDataset: engine.loadDataset });
      return {
        parallel: executor.parallel,
        workers: executor.workers,
        async run(point, how) {
          await order('train');
          isBroken = true;
          mpi.openStreams();
          const result = await executor.run(point, how);
          isBroken = false;
          return result;
        },
      };
    },
  };
  const code = await runTrainCommand(args, streams, leading).catch((error) =>
    reportError(error, (text) => streams.err.write(text)),
  );
  await streams.out.flush?.();
  if (isBroken) mpi.abort(code || EXIT_CODES.failed);
  await order('end');
  return code;
}

function checkShards({ spec: { shards } }: UnplannedRun, { place: { ranks } }: Ranks): void {
  if (shards % ranks === 0) return;
  throw new UserError(
    `mpirun: expected shards that ${ranks} ranks can share evenly, found ${shards}. Add --set shards=${ranks}, which is part of the run.`,
  );
}

async function follow(args: readonly string[], { ranks, mpi }: Party): Promise<number> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const streams: Streams = { out: silent, err: silent };
  let planned: {
    readonly command: TrainCommand;
    readonly point: SweepPoint;
    readonly engine: Engine;
  } | null = null;
  for (;;) {
    const order = (await ranks.broadcastText('')) as Order;
    if (order === 'end') return EXIT_CODES.done;
    if (order === 'plan') {
      const found = await plan(args, streams).catch((error: Error) => error);
      planned = found instanceof Error ? null : found;
      await ranks.gatherTexts(describeRank(found instanceof Error ? found : found.point));
      // What rank 0 makes of them it tells, and orders what comes next.
      continue;
    }
    const { command, point, engine } = planned!;
    try {
      mpi.openStreams();
      await withInterruption(
        (signal) =>
          new RankExecutor(command, { ranks, loadDataset: engine.loadDataset }).run(point, {
            signal,
            observer: { progressed() {}, epochEnded() {} },
            checkpoints: null,
          }),
        { first() {}, last() {} },
      );
    } catch (error) {
      reportError(error, (text) => process.stderr.write(`rank ${ranks.place.rank}: ${text}`));
      mpi.abort(EXIT_CODES.failed);
    }
  }
}

async function plan(args: readonly string[], streams: Streams) {
  const command = (await parseTrainArguments(args, streams))!;
  const engine = createTrainEngine(streams.err);
  const { point } = await planTraining({ command, streams, engine });
  return { command, point, engine };
}
