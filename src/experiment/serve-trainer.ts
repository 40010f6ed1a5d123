import { UserError } from '../core/errors.js';
import { chooseKernelName, loadKernels } from '../kernels/select.js';
import { MuteWorker } from '../parallel/watchdog.js';
import { DatasetShelf } from './dataset-shelf.js';
import { LocalExecutor } from './local-executor.js';
import { unpackPoint } from './portable-point.js';
import type { Failure, PointOrder, TrainerOptions, TrainerOrder, TrainerReport } from './trainer-protocol.js';

/** Of weights that are sent at a time. */
const PIECE_FLOATS = 1 << 22;

/** Does what the parent process orders (see TrainerOrder) for as long as it is there. */
export async function serveTrainer({ workers, profile }: TrainerOptions): Promise<void> {
  const executor = new LocalExecutor({ workers, parallel: 1, profile }, 1);
  const shelf = new DatasetShelf();
  let stop = new AbortController();

  const train = async (order: PointOrder): Promise<void> => {
    const point = await unpackPoint(order, shelf);
    const { weights, ...result } = await executor.run(point, {
      signal: stop.signal,
      checkpoints: order.checkpoints,
      observer: {
        resumed: (resumption) => send({ kind: 'resumed', resumption }),
        progressed: (progress) => send({ kind: 'progressed', progress }),
        epochEnded: (metrics) => send({ kind: 'epochEnded', metrics }),
      },
    });
    await sendWeights(weights);
    await send({ kind: 'ended', result });
  };

  process.on('message', (order: TrainerOrder) => {
    if (order.kind === 'ping') send({ kind: 'pong' });
    else if (order.kind === 'stop') stop.abort();
    else {
      stop = new AbortController();
      train(order.point).catch((error) => send({ kind: 'failed', failure: describeFailure(error) }));
    }
  });
  try {
    loadKernels(chooseKernelName());
    await send({ kind: 'ready' });
  } catch (error) {
    await send({ kind: 'failed', failure: describeFailure(error) });
  }
}

/** Resolves once it is on its way. */
function send(report: TrainerReport): Promise<void> {
  return new Promise((resolve) => {
    // A parent that has gone hears nothing, and this process goes with it.
    process.send!(report, () => resolve());
  });
}

async function sendWeights(weights: Float32Array): Promise<void> {
  for (let offset = 0; offset < weights.length; offset += PIECE_FLOATS) {
    const values = weights.subarray(offset, offset + PIECE_FLOATS);
    await send({ kind: 'weights', count: weights.length, offset, values });
  }
}

function describeFailure(error: unknown): Failure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    message,
    stack,
    isUserError: error instanceof UserError,
    isLast: error instanceof MuteWorker,
  };
}
