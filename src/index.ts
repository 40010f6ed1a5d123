/** Convoy's public API. */
export { TextError, UserError } from './core/errors.js';
export { formatShape, type Shape, sizeOf } from './core/shape.js';
export type { Dataset, LabelledImages } from './dataset/dataset.js';
export { loadDataset } from './dataset/load.js';
export { makeGeometry, type WindowGeometry } from './kernels/geometry.js';
export { type Kernels, packedFloats, panelCount } from './kernels/kernels.js';
export { availableKernelNames, chooseKernelName, loadKernels } from './kernels/select.js';
export type { LayerConfig, LayerKind } from './layers/layer.js';
export { buildModel, MODEL_NAMES } from './models/registry.js';
export {
  describeNetwork,
  type LayerDescription,
  type MemoryDescription,
  type NetworkDescription,
} from './network/describe.js';
export { type NetworkPlan, type PlanOptions, planNetwork } from './network/plan.js';
export { type NetworkSpec, parseNetwork } from './network/spec.js';
export { learningRateAt, type Schedule } from './optim/schedule.js';
export { WorkerPool } from './parallel/pool.js';
export { formatNetworkTable } from './report/network-table.js';
export { formatProfile } from './report/profile-table.js';
export type { PassProfile, TrainingProfile, WorkerProfile } from './run/profile.js';
export { type ResolvedRunSpec, type RunSpec, resolveRunSpec } from './run/spec.js';
export type { EpochMetrics, Progress, TrainOptions, TrainResult } from './run/types.js';
export { train } from './train.js';
