import { z } from 'zod';
import { readManifest } from '../core/manifest.js';
import { parseWith } from '../core/parse.js';
import type { WriteOptions } from '../core/write-whole-file.js';
import { loadPlugins, type PluginSource } from '../plugins/load.js';
import { checkPlugins, type Plugins } from '../plugins/plugins.js';
import { expectPlugins } from '../run/check-options.js';
import { NUMERICS } from '../run/numerics.js';
import { trimSpec } from '../run/spec.js';
import type { EpochMetrics, TrainResult } from '../run/types.js';
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

const optionsSchema = z.strictObject({ plugins: expectPlugins() });

/**
 * Saves a trained network as a safetensors file, whole or not at all: the same run gives the same bytes, by one version of the program. The file alone is enough to
 * predict with `loadModel`.
 *
 * @param trained what `train` gave, or a checkpoint
 * @param file the file to write
 * @param options `plugins`: those that it was trained with, if any; their hashes go into the file
 * @throws UserError for an unknown option; if a plugin is not at hand, weights are not those of the spec, or not finite (the run diverged), or the file cannot be written there
 */
export async function saveModel(
  trained: TrainResult | Checkpoint,
  file: string,
  options: { readonly plugins?: PluginSource } = {},
): Promise<void> {
  parseWith(optionsSchema, options, 'saveModel: options');
  const plugins = await loadPlugins(options.plugins ?? []);
  checkPlugins(trained.spec.plugins, plugins, file);
  await writeModel(file, trained, { plugins, about: 'epochs' in trained ? describeResult(trained) : {} });
}

interface ModelOptions extends WriteOptions {
  /** Those that the network needs. */
  readonly plugins: Plugins;
  /** For whoever looks into the file: nothing reads it. */
  readonly about: Readonly<Record<string, string>>;
}

/**
 * Saves a trained network whose plugins are at hand.
 *
 * @throws UserError if weights are not those of the spec, or not finite, or the file cannot be written there
 */
export async function writeModel(
  file: string,
  { spec, datasetSha256, classNames, targetNames, pictures, normalization, weights }: Checkpoint,
  { plugins, about, ...options }: ModelOptions,
): Promise<void> {
  const tensors = new Map<string, Tensor<Float32Array>>();
  for (const [name, values] of listNormalization(normalization)) {
    tensors.set(name, shapeNormalization(values, spec.network.input));
  }
  for (const { name, ...tensor } of cutWeights(
    layOutNetwork(spec.network, plugins.layers).tensors,
    weights,
  )) {
    tensors.set(name, tensor);
  }
  for (const [name, { values }] of tensors) checkFinite(values, `${file}: ${name}`);
  const metadata = {
    format: FORMAT,
    version: VERSION,
    convoy: readManifest().version,
    spec: JSON.stringify(trimSpec(spec)),
    ...(datasetSha256 === undefined ? {} : { data: datasetSha256 }),
    ...(targetNames ? { targets: JSON.stringify(targetNames) } : { classes: JSON.stringify(classNames) }),
    ...(pictures && { pictures: JSON.stringify(pictures) }),
    ...about,
  };
  await writeSafetensors(file, { metadata, tensors }, options);
}

/** What a file tells of a run's result. */
export function describeResult({ epochs, bestEpoch, weightsSha256 }: TrainResult): Record<string, string> {
  return describeEpoch(bestEpoch === null ? epochs.at(-1) : epochs[bestEpoch - 1], weightsSha256);
}

/** What a file tells of the epoch whose weights it holds; undefined if none was completed. */
export function describeEpoch(
  metrics: EpochMetrics | undefined,
  weightsSha256: string,
): Record<string, string> {
  return {
    epoch: String(metrics?.epoch ?? 0),
    ...(metrics ? describeTest(metrics) : {}),
    weightsSha256,
    numerics: String(NUMERICS),
  };
}

function describeTest({ testErrorPercent, testRmse, testR2 }: EpochMetrics): Record<string, string> {
  return testRmse === undefined
    ? { testErrorPercent: String(testErrorPercent) }
    : { testRmse: String(testRmse), testR2: String(testR2) };
}
