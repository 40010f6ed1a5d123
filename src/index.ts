/** Convoy's public API. */

export { type CheckName, type CheckOptions, type CheckResult, check } from './check/check.js';
export type { Finding } from './check/finding.js';
export { checkLayer, type LayerCheckOptions } from './check/layer.js';
export type { Checkpoint } from './checkpoint/checkpoint.js';
export type { Combination } from './checkpoint/combine.js';
export { Ensemble, type NamedModel } from './checkpoint/ensemble.js';
export type { LoadOptions } from './checkpoint/load.js';
export type { ModelImage } from './checkpoint/model-images.js';
export { clearRunFolder } from './checkpoint/run-files.js';
export { saveModel } from './checkpoint/save.js';
export {
  type ClassProbability,
  type LayerOutput,
  loadModel,
  type Prediction,
  type PredictOptions,
  type TargetValue,
  TrainedModel,
} from './checkpoint/trained-model.js';
export { TextError, UserError } from './core/errors.js';
export type {} from './core/globals.js';
export type { OptionsCheck } from './core/options-check.js';
export type { PluginLayers, PluginOptimizers } from './core/plugin-kinds.js';
export { formatShape, type Shape, sizeOf } from './core/shape.js';
export type { ClassLabels } from './dataset/class-labels.js';
export type { Dataset, DatasetSource, LabelledImages } from './dataset/dataset.js';
export { type ArrayParts, fromArrays, type TargetArray } from './dataset/from-arrays.js';
export { loadDataset } from './dataset/load.js';
export type { PixelArrays } from './dataset/pixel-arrays.js';
export type { PixelImage, PixelRange, Pixels } from './dataset/pixel-values.js';
export {
  type OpenStoreOptions,
  openStore,
  type QueryValue,
  RecordedRuns,
  type Where,
} from './experiment/open-store.js';
export {
  expandGrid,
  type GridFields,
  type SweepGrid,
  type SweepResult,
  sweep,
} from './experiment/sweep-grid.js';
export type {
  SweepCallbackOptions,
  SweepContext,
  SweepGridOptions,
  SweepRunInfo,
} from './experiment/sweep-options.js';
export type { RunRow, ViewName, ViewRows } from './experiment/view-rows.js';
export type { Image } from './image/image.js';
export type { Background, Picture } from './image/read-image.js';
export type { Initializer } from './layers/initializer.js';
export {
  type BoundLayer,
  type BoundParameter,
  type BoundTensor,
  type LayerConfig,
  type LayerKind,
  type LayerPlan,
  type LayerRole,
  type LayerSite,
  type Layout,
  planTransform,
  type SharedPlan,
  type StatePlan,
} from './layers/layer.js';
export type { ParameterPlan } from './layers/parameter.js';
export { overParts, overPartsBackward, type Part, widthOf } from './layers/parts.js';
export {
  type Batch,
  type BlockPass,
  overSlices,
  type Pass,
  type Slice,
  type SlicePass,
} from './layers/pass.js';
export type { PatternField, PatternVariant, PatternWord } from './layers/pattern-word.js';
export { buildModel, MODEL_NAMES } from './models/registry.js';
export {
  describeNetwork,
  type LayerDescription,
  type MemoryDescription,
  type NetworkDescription,
} from './network/describe.js';
export { type NetworkPlan, type PlannedParameter, type PlanOptions, planNetwork } from './network/plan.js';
export { type NetworkSpec, parseNetwork, type WrittenNetwork } from './network/spec.js';
export type { WrittenHead, WrittenLayer } from './network/written-layer.js';
export {
  type ExportedModel,
  type ExportedTensor,
  type ExportOptions,
  exportOnnx,
} from './onnx/export-onnx.js';
export { type ImportOptions, importOnnx } from './onnx/import-onnx.js';
export type { ElementwiseOptimizer, MovedPiece } from './optim/optimizers/elementwise.js';
export type {
  OptimizerKind,
  OptimizerOptions,
  UpdatedParameter,
  UpdateSite,
} from './optim/optimizers/optimizer.js';
export type { OptimizerSpec } from './optim/optimizers/registry.js';
export { learningRateAt, type Schedule } from './optim/schedule.js';
export { WorkerPool } from './parallel/pool.js';
export { loadPlugins, type PluginSource } from './plugins/load.js';
export type { Plugin, PluginRecord, Plugins } from './plugins/plugins.js';
export { formatNetworkTable } from './report/network-table.js';
export { formatProfile } from './report/profile-table.js';
export type { ClassErrors } from './run/class-errors.js';
export { type DescribeOptions, describe } from './run/describe.js';
export { type FittedRun, fitRun } from './run/fit.js';
export type { NetworkSubject } from './run/network-subject.js';
export type { Normalization } from './run/normalize.js';
export type { PassProfile, TrainingProfile, WorkerProfile } from './run/profile.js';
export { type ResolvedRunSpec, type RunSpec, resolveRunSpec } from './run/spec.js';
export type {
  Callback,
  CheckpointOptions,
  EpochMetrics,
  KeptFiles,
  NamedWeights,
  Progress,
  Resumption,
  RunContext,
  StepMetrics,
  TestMetrics,
  TrainOptions,
  TrainResult,
} from './run/types.js';
export { type SearchResult, type SearchSpec, search } from './search/search.js';
export type { SearchOptions } from './search/search-options.js';
export type { SearchTrial } from './search/search-trial.js';
export type { WrittenSearch } from './search/written-search.js';
export { imageFolder, type OpenListener, openDataset } from './sources/open-dataset.js';
export type { SourceOptions } from './sources/options.js';
export { train, trainFitted } from './train.js';
