import { loadDataset } from '../../dataset/load.js';
import { ProcessExecutor } from '../../experiment/process-executor.js';
import { chooseKernelName, loadKernels, warnOfMissingAddon } from '../../kernels/select.js';
import type { Engine } from '../engine.js';
import type { Streams } from '../streams.js';

/**
 * The engine that trains for real.
 *
 * @throws UserError if the environment asks for kernels that are not to be had
 */
export function createTrainEngine(err: Streams['err']): Engine {
  loadKernels(chooseKernelName());
  const warning = warnOfMissingAddon();
  if (warning) err.write(`${warning}\n`);
  return {
    loadDataset: (name) => loadDataset(name),
    createExecutor: (options, count) => new ProcessExecutor(options, count),
  };
}
