import { NUMERICS } from '../run/numerics.js';
import { trimSpec } from '../run/spec.js';
import type { TrainResult } from '../run/types.js';
import type { Tensor } from '../safetensors/format.js';
import { writeSafetensors } from '../safetensors/write.js';
import type { Checkpoint } from './checkpoint.js';
import {
  checkFinite,
  cutWeights,
  FORMAT,
  layOutNetwork,
  listNormalization,
  shapeNormalization,
  VERSION,
} from './layout.js';

/**
 * Saves a trained network as a safetensors file, whole or not at all: the same run gives the same bytes. The file alone is enough to
 * predict with `loadModel`.
 *
 * @param trained what `train` gave, or a checkpoint
 * @throws UserError if weights are not those of the spec, or not finite (the run diverged), or the file cannot be written there
 */
export async function saveModel(trained: TrainResult | Checkpoint, file: string): Promise<void> {
  const { spec, classNames, normalization, weights } = trained;
  const tensors = new Map<string, Tensor>();
  for (const [name, values] of listNormalization(normalization)) {
    tensors.set(name, shapeNormalization(values, spec.network.input));
  }
  for (const { name, ...tensor } of cutWeights(layOutNetwork(spec.network).tensors, weights)) {
    tensors.set(name, tensor);
  }
  for (const [name, { values }] of tensors) checkFinite(values, `${file}: ${name}`);
  const metadata = {
    format: FORMAT,
    version: VERSION,
    spec: JSON.stringify(trimSpec(spec)),
    classes: JSON.stringify(classNames),
    ...('epochs' in trained ? describeResult(trained) : {}),
  };
  await writeSafetensors(file, { metadata, tensors });
}

/** For whoever looks into the file: nothing reads it. */
function describeResult({ epochs, bestEpoch, weightsSha256 }: TrainResult): Record<string, string> {
  const kept = bestEpoch === null ? epochs.at(-1) : epochs[bestEpoch - 1];
  return {
    epoch: String(kept?.epoch ?? 0),
    ...(kept ? { testErrorPercent: String(kept.testErrorPercent) } : {}),
    weightsSha256,
    numerics: String(NUMERICS),
  };
}
