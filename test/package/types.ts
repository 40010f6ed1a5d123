// Compiled under strict settings, with no types but convoy's and ECMAScript's own.
import { loadModel, type RunSpec, saveModel, type TrainResult, train } from 'convoy-cnn';
import { type Kernels, loadKernels } from 'convoy-cnn/kernels';
import { conv2, type Matrix } from 'convoy-cnn/mathematics';

const spec: RunSpec = { model: 'SK', width: 0.2, epochs: 1 };
const errors: (number | null)[] = [];
const result: TrainResult = await train(spec, {
  onEpoch: ({ testErrorPercent }) => void errors.push(testErrorPercent),
});
await saveModel(result, 'a.safetensors');
const model = await loadModel('a.safetensors');
const [prediction] = await model.predict(['a.png']);
export const name: string | undefined = prediction?.classes[0]?.name;
export const kernels: Kernels = loadKernels('reference');
export const matrix: Matrix = conv2([[1]], [[1]], 'full');
