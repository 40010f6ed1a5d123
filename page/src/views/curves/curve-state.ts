import type { CurveMetric } from '../../../../src/dashboard/curve-metrics.js';

/** What stands on the horizontal axis. */
export const ABSCISSAS = ['epoch', 'step', 'time'] as const;
export type Abscissa = (typeof ABSCISSAS)[number];

/** Which images a metric is of. */
export const IMAGE_SETS = ['train', 'validation', 'test'] as const;
export type ImageSet = (typeof IMAGE_SETS)[number];

/** What is drawn, with the metric of each set of images that has it. */
export interface Quantity {
  readonly name: string;
  readonly label: string;
  readonly metrics: Readonly<Partial<Record<ImageSet, CurveMetric>>>;
}

export const QUANTITIES: readonly Quantity[] = [
  {
    name: 'error',
    label: 'error %',
    metrics: {
      train: 'train_error_percent',
      validation: 'validation_error_percent',
      test: 'test_error_percent',
    },
  },
  {
    name: 'loss',
    label: 'loss',
    metrics: { train: 'train_loss', validation: 'validation_loss', test: 'test_loss' },
  },
  { name: 'top5', label: 'top-5 error %', metrics: { test: 'test_top5_error_percent' } },
  { name: 'rmse', label: 'RMSE', metrics: { test: 'test_rmse' } },
  { name: 'r2', label: 'R²', metrics: { test: 'test_r2' } },
  { name: 'rate', label: 'learning rate', metrics: { train: 'learning_rate' } },
  { name: 'speed', label: 'images/s', metrics: { train: 'images_per_second' } },
];

/** The greatest smoothing: more would be a line that does not move. */
const MOST_SMOOTHING = 0.99;

/** How curves are drawn, as the page's address has it. */
export interface CurveState {
  readonly x: Abscissa;
  /** Name of a quantity; null for the first that the runs have. */
  readonly quantity: string | null;
  readonly sets: readonly ImageSet[];
  readonly isLogX: boolean;
  readonly isLogY: boolean;
  /** Weight of what came before, from 0 for none. */
  readonly smoothing: number;
  /** One curve for runs that differ in nothing but the seed. */
  readonly isOverSeeds: boolean;
  /** From where to where; null for all. */
  readonly zoom: readonly [number, number] | null;
}

type Params = Readonly<Record<string, string | undefined>>;

/** Reads the address; what it does not say, or says wrong, is as at first. */
export function readCurveState(params: Params): CurveState {
  const log = (params.log ?? '').split(',');
  const sets = IMAGE_SETS.filter((set) => (params.sets ?? 'validation,test').split(',').includes(set));
  const smoothing = Number(params.smooth ?? 0);
  return {
    x: ABSCISSAS.find((name) => name === params.x) ?? 'epoch',
    quantity: QUANTITIES.find(({ name }) => name === params.y)?.name ?? null,
    sets,
    isLogX: log.includes('x'),
    isLogY: log.includes('y'),
    smoothing: smoothing > 0 ? Math.min(smoothing, MOST_SMOOTHING) : 0,
    isOverSeeds: params.band === 'seeds',
    zoom: readZoom(params.zoom),
  };
}

/** The parameters of the address that say it; null for what is as at first. */
export function writeCurveState(state: Partial<CurveState>): Record<string, string | null> {
  const written: Record<string, string | null> = {};
  if (state.x !== undefined) written.x = state.x === 'epoch' ? null : state.x;
  if (state.quantity !== undefined) written.y = state.quantity;
  if (state.sets !== undefined)
    written.sets = state.sets.join() === 'validation,test' ? null : state.sets.join();
  if (state.smoothing !== undefined) written.smooth = state.smoothing === 0 ? null : String(state.smoothing);
  if (state.isOverSeeds !== undefined) written.band = state.isOverSeeds ? 'seeds' : null;
  if (state.zoom !== undefined) written.zoom = state.zoom === null ? null : state.zoom.join('..');
  if (state.isLogX !== undefined && state.isLogY !== undefined) {
    written.log = [state.isLogX ? 'x' : '', state.isLogY ? 'y' : ''].filter(Boolean).join() || null;
  }
  return written;
}

function readZoom(text: string | undefined): readonly [number, number] | null {
  const [from, to] = (text ?? '').split('..').map((part) => (part === '' ? Number.NaN : Number(part)));
  return from !== undefined && to !== undefined && from < to ? [from, to] : null;
}
