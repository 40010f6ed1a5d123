import { UserError } from '../core/errors.js';
import type { Dataset } from '../dataset/dataset.js';
import { loadDataset } from '../dataset/load.js';
import { chooseKernelName, loadKernels } from '../kernels/select.js';
import { MuteWorker } from '../parallel/watchdog.js';
import { loadPluginsAgain } from '../plugins/load.js';
import { fitRun } from '../run/fit.js';
import { resolveRunSpec } from '../run/spec.js';
import { reopenDataset } from '../sources/open-dataset.js';
import { computeIdentity } from './identity.js';
import { LocalExecutor } from './local-executor.js';
import type { SweepPoint } from './plan-sweep.js';
import type { Failure, PointOrder, TrainerOptions, TrainerOrder, TrainerReport } from './trainer-protocol.js';

/** Of weights that are sent at a time. */
const PIECE_FLOATS = 1 << 22;

/** Does what the parent process orders (see TrainerOrder) for as long as it is there. */
export async function serveTrainer({ workers, profile }: TrainerOptions): Promise<void> {
  const executor = new LocalExecutor({ workers, parallel: 1, profile }, 1);
  const datasets = new Map<string, Dataset>();
  let stop = new AbortController();

  const train = async (order: PointOrder): Promise<void> => {
    const point = await takePoint(order, datasets);
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

/**
 * Fits a point to its data once more.
 *
 * @throws UserError if data or plugins are no longer those that it was planned with
 */
async function takePoint(order: PointOrder, datasets: Map<string, Dataset>): Promise<SweepPoint> {
  const plugins = await loadPluginsAgain(order.plugins);
  const spec = resolveRunSpec(order.spec, 'spec', plugins);
  const dataset = await findDataset(order, spec.dataset, datasets);
  const fitted = fitRun(spec, dataset, { plugins });
  const { position, label, identity } = order;
  if (computeIdentity(fitted.spec, dataset.sha256) !== identity) {
    throw new UserError(
      `${dataset.name}: expected the data that the run was planned with, found others. Its files have changed meanwhile: start again.`,
    );
  }
  return { ...fitted, position, label, identity };
}

/** @param datasets that were read for earlier points */
async function findDataset(
  { source }: PointOrder,
  name: string,
  datasets: Map<string, Dataset>,
): Promise<Dataset> {
  const key = source === null ? name : JSON.stringify(source);
  const dataset = datasets.get(key) ?? (await (source === null ? loadDataset(name) : reopenDataset(source)));
  datasets.set(key, dataset);
  return dataset;
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
