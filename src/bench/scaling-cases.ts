import type { RateCase } from './case.js';
import { makeNetworkCase } from './network-case.js';
import { type BenchNetwork, makeSk } from './networks.js';

/** How the time of an image's training grows with one thing, all else staying. */
export interface Series {
  /** In the names of its figures. */
  readonly axis: string;
  /** What grows, in words. */
  readonly title: string;
  /** What stays. */
  readonly conditions: string;
  readonly points: readonly { readonly x: number; readonly case: RateCase }[];
}

const WIDTHS = [0.1, 0.2, 0.5, 1, 2, 4];
const BATCH_SIZES = [32, 64, 128, 256, 512, 1024];
const WORKERS = [1, 2, 3, 4, 8];

/** Time an image against the width s of SK-s, the size of mini-batches, and the number of workers. */
export function listScalingSeries(cores: number): Series[] {
  const point = (axis: string, x: number, network: BenchNetwork, workers = cores) => ({
    x,
    case: makeNetworkCase(`scaling/${axis}/${x}`, network, 'step', workers),
  });
  return [
    {
      axis: 'width',
      title: 'width s of SK-s',
      conditions: `mini-batches of 100, ${cores} workers`,
      points: WIDTHS.map((width) => point('width', width, makeSk(width))),
    },
    {
      axis: 'batch',
      title: 'images in a mini-batch',
      conditions: `SK-1, ${cores} workers`,
      points: BATCH_SIZES.map((size) => point('batch', size, makeSk(1, size))),
    },
    {
      axis: 'workers',
      title: 'workers',
      conditions: `SK-1, mini-batches of 100, ${cores} cores`,
      points: WORKERS.map((workers) => point('workers', workers, makeSk(1), workers)),
    },
  ];
}
