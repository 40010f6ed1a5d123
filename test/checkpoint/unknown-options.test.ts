import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { saveModel } from '../../src/checkpoint/save.js';
import { loadModel } from '../../src/checkpoint/trained-model.js';
import { UserError } from '../../src/core/errors.js';
import { loadDataset } from '../../src/dataset/load.js';
import { openStore } from '../../src/experiment/open-store.js';
import { exportOnnx } from '../../src/onnx/export-onnx.js';
import { makeFolder } from '../experiment/fake-runs.js';

const trained = {} as Checkpoint;
const typo = (field: string) => ({ [field]: [] }) as object;

describe('options that there are not', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['loadModel', () => loadModel('none', typo('pluginz')), 'plugins'],
    ['saveModel', () => saveModel(trained, 'none', typo('pluginz')), 'plugins'],
    ['loadDataset', () => loadDataset('mnist', typo('foldr')), 'folder'],
    ['exportOnnx', () => exportOnnx(trained, 'none', typo('withPreprocesing')), 'withPreprocessing'],
    ['exportOnnx', () => exportOnnx('none', 'other', typo('ignorehash')), 'ignoreHash'],
    ['weights', () => readWeights(), 'plugins'],
  ])('are refused by %s', async (name, call, meant) => {
    const error: unknown = await call().catch((reason) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(
      new RegExp(`^${name}: options: unknown field '\\w+'\\. Did you mean '${meant}'\\?`),
    );
  });
});

function readWeights(): Promise<unknown> {
  using store = openStore(`${makeFolder()}/runs.db`, { readonly: false });
  return store.weights(1, typo('pluginz'));
}
