import type { PredictTask } from '../src/checkpoint/model-threads.js';
import { type LayerValues, Predictor } from '../src/checkpoint/predictor.js';
import { loadPluginsAgain } from '../src/plugins/load.js';

/** Of the one model that this thread belongs to, bound at its first task. */
let predictor: Predictor | null = null;

/** Has a trained network compute some images. */
export default async function predict({ model, pixels, layer }: PredictTask): Promise<LayerValues> {
  predictor ??= new Predictor(model, (await loadPluginsAgain(model.plugins)).layers);
  return predictor.compute(pixels, layer);
}
