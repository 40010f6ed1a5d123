import { countCores } from '../../core/count-cores.js';
import { chooseThreads } from '../../experiment/choose-threads.js';
import { chooseKernelName, loadKernels, warnOfMissingAddon } from '../../kernels/select.js';
import { QueueWorker, type WorkObserver } from '../../queue/queue-worker.js';
import { hidePassword } from '../../queue/redis.js';
import type { WorkEnd } from '../../queue/work-at-point.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { EXIT_CODES } from '../exit.js';
import { findInterruptionCode, withInterruption } from '../interruption.js';
import type { Streams } from '../streams.js';
import { parseWorkArguments } from './options.js';

const MS_PER_SECOND = 1000;

/** The command `work` of this process. */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = await parseWorkArguments(args, streams);
  if (command === null) return EXIT_CODES.done;
  const say = (line: string) => void streams.err.write(`${line}\n`);
  const { queue, folder, idleExitSeconds } = command;
  // As many points as there are cores may come.
  const { parallel, workers } = chooseThreads(command, countCores(), Number.POSITIVE_INFINITY);
  loadKernels(chooseKernelName());
  const warning = warnOfMissingAddon();
  if (warning) say(warning);
  const worker = await QueueWorker.start({
    url: queue,
    ...{ parallel, workers, folder },
    idleExitMs: idleExitSeconds === undefined ? null : idleExitSeconds * MS_PER_SECOND,
    observer: observe(say),
  });
  const threads = workers === 1 ? '' : `, ${workers} threads each`;
  say(`${hidePassword(queue)}: waits for points, ${parallel} at a time${threads}`);
  return withInterruption(
    async (signal) => {
      const unfitFor = await worker.run(signal);
      const code = findInterruptionCode(signal);
      if (code !== null) return code;
      if (unfitFor === null) return EXIT_CODES.done;
      say(`points are left that were not trained here: ${unfitFor}`);
      return EXIT_CODES.failed;
    },
    {
      first: () =>
        say('Interrupted: points are given back when their states are saved. Once more to end at once.'),
      last: () => {},
    },
  );
}

function observe(say: (line: string) => void): WorkObserver {
  let done = 0;
  return {
    say,
    started: (label) => say(`${label}: begun`),
    ended: (label, end) => {
      if (end.kind === 'done') say(`${label}: ${end.state}, ${formatNumberOf(++done, 'point')} so far`);
      else if (end.kind !== 'unfit' && end.kind !== 'silent') say(`${label}: ${describe(end)}`);
    },
  };
}

function describe(end: Exclude<WorkEnd, { kind: 'done' | 'unfit' | 'silent' }>): string {
  return end.kind === 'returned' ? 'given back' : `left: ${end.reason}`;
}
