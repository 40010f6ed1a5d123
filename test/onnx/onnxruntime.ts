import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What of onnxruntime-node is used here; the package is too large to be installed with the others. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array | string, options?: object): Promise<Session>;
  };
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => RuntimeTensor;
}

export interface RuntimeTensor {
  readonly data: ArrayLike<number>;
  readonly dims: readonly number[];
}

export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>>;
}

/** ONNX Runtime, from the folder of packages that the variable CONVOY_ONNXRUNTIME names (`npm run test:onnx` sets it); null without it. */
export function findOnnxRuntime(): OnnxRuntime | null {
  const folder = process.env.CONVOY_ONNXRUNTIME;
  return folder ? createRequire(join(folder, 'onnx.cjs'))('onnxruntime-node') : null;
}
