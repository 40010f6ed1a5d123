/** What stands in a column; with a question mark it may be NULL. */
type ColumnType = 'text' | 'text?' | 'number' | 'number?' | 'value';

type Columns = Readonly<Record<string, ColumnType>>;

/** What a sweep tells of the run that speaks for a point. */
const POINT = {
  run_id: 'number',
  sweep: 'text',
  dataset: 'text',
  model: 'text',
  width: 'number?',
  activation: 'text?',
  dropout: 'number?',
  seed: 'number',
  train_first: 'number',
  train_count: 'number',
  batch_size: 'number',
  learning_rate: 'number?',
  epochs: 'number',
  parameters: 'number?',
  test_error_percent: 'number?',
  best_test_error_percent: 'number?',
  train_loss: 'number?',
  seconds: 'number?',
  images_per_second: 'number?',
  weights_sha256: 'text?',
  label: 'text',
  momentum: 'number?',
  weight_decay: 'number?',
  identity: 'text',
  validation_loss: 'number?',
  validation_error_percent: 'number?',
  numerics: 'number',
  git_commit: 'text?',
  test_rmse: 'number?',
  best_test_rmse: 'number?',
  test_r2: 'number?',
  schedule: 'text',
  optimizer: 'text',
  validation_count: 'number',
  spec: 'text',
} as const satisfies Columns;

const RESULT = {
  ...POINT,
  reason: 'text?',
  completed_epochs: 'number',
  train_error_percent: 'number?',
  test_loss: 'number?',
  test_top5_error_percent: 'number?',
  kernels: 'text?',
  workers: 'number?',
  started_at: 'text?',
  finished_at: 'text?',
  best_epoch: 'number?',
  plain_test_error_percent: 'number?',
  note: 'text?',
  tags: 'text?',
} as const satisfies Columns;

const ANY_RUN = {
  ...RESULT,
  state: 'text',
  removed_at: 'text?',
  classes: 'number?',
} as const satisfies Columns;

/** What a search tells of a trial. */
const TRIAL = {
  settings: 'text',
  epochs: 'number',
  value: 'number?',
  objectives: 'text?',
  runs: 'number',
  run_id: 'number?',
} as const satisfies Columns;

/** The columns of every view that is meant to be relied on, as docs/sweeps.md lists them. */
export const VIEW_COLUMNS = {
  results: RESULT,
  error_by_group: {
    sweep: 'text',
    model: 'text',
    width: 'number?',
    activation: 'text?',
    dropout: 'number?',
    train_first: 'number',
    train_count: 'number',
    epochs: 'number',
    n: 'number',
    mean_error_percent: 'number?',
    sd_error_percent: 'number?',
    min_error_percent: 'number?',
    max_error_percent: 'number?',
    dataset: 'text',
    batch_size: 'number',
    learning_rate: 'number?',
    label: 'text',
    mean_rmse: 'number?',
    mean_r2: 'number?',
    settings: 'text',
    mean_validation_error_percent: 'number?',
    min_validation_error_percent: 'number?',
    max_validation_error_percent: 'number?',
    mean_validation_loss: 'number?',
    momentum: 'number?',
    weight_decay: 'number?',
    optimizer: 'text',
    schedule: 'text',
    validation_count: 'number',
    git_commits: 'text?',
    group_id: 'number',
    spec: 'text',
  },
  settings: { sweep: 'text', run_id: 'number', field: 'text', value: 'value' },
  seed_groups: { sweep: 'text', group_id: 'number', run_id: 'number', seed: 'number' },
  learning_curves: {
    run_id: 'number',
    epoch: 'number',
    train_loss: 'number?',
    train_error_percent: 'number?',
    test_loss: 'number?',
    test_error_percent: 'number?',
    learning_rate: 'number?',
    seconds: 'number?',
    images_per_second: 'number?',
    test_top5_error_percent: 'number?',
    validation_loss: 'number?',
    validation_error_percent: 'number?',
    test_rmse: 'number?',
    test_r2: 'number?',
  },
  sweep_results: { position: 'number', recorded_by: 'text', ...POINT },
  all_runs: ANY_RUN,
  class_errors: {
    run_id: 'number',
    label: 'number',
    images: 'number',
    errors: 'number',
    error_percent: 'number',
  },
  test_predictions: { run_id: 'number', example: 'number', label: 'number?', predicted: 'number' },
  votes: {
    sweep: 'text',
    label: 'text',
    settings: 'text',
    n: 'number',
    images: 'number',
    vote_error_percent: 'number',
    mean_error_percent: 'number?',
    min_error_percent: 'number?',
    max_error_percent: 'number?',
    group_id: 'number',
  },
  vote_predictions: {
    group_id: 'number',
    example: 'number',
    label: 'number?',
    predicted: 'number',
    votes: 'number',
  },
  trials: { sweep: 'text', trial: 'number', state: 'text', ...TRIAL },
  best_trials: { sweep: 'text', trial: 'number', ...TRIAL },
} as const satisfies Readonly<Record<string, Columns>>;

export type ViewName = keyof typeof VIEW_COLUMNS;

export const VIEW_NAMES = Object.keys(VIEW_COLUMNS) as readonly ViewName[];

interface CellTypes {
  readonly text: string;
  readonly 'text?': string | null;
  readonly number: number;
  readonly 'number?': number | null;
  readonly value: string | number;
}

type RowOf<View extends Columns> = { readonly [Column in keyof View]: CellTypes[View[Column]] };

/** A row of each view. */
export type ViewRows = { readonly [View in ViewName]: RowOf<(typeof VIEW_COLUMNS)[View]> };

/** A run in any state, as the view `all_runs` has it, but for its spec. */
export interface RunRow extends Omit<RowOf<typeof ANY_RUN>, 'spec'> {}
