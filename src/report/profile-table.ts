import type { PassProfile, TrainingProfile } from '../run/profile.js';
import { formatCount, formatNumber, NOTHING } from './format-values.js';
import { type Column, formatTable } from './tables.js';

const MS_DIGITS = 3;
const LEFT = (title: string): Column => ({ title, align: 'left' });
const RIGHT = (title: string): Column => ({ title, align: 'right' });
const WORK = ['ms/step', 'of step', 'GFLOP/s', 'of peak'].map(RIGHT);

/** Passes seen as one: times and products add up. */
interface Sum {
  readonly msPerStep: number;
  readonly shareOfStep: number;
  readonly gflops: number | null;
  readonly shareOfPeak: number | null;
}

/** A profile as text: a line on the whole step, then tables of every pass of every layer, of passes of one name, and of the workers. */
export function formatProfile(profile: TrainingProfile, width?: number): string {
  return [
    `${formatWhole(profile)}\n`,
    formatPasses(profile, width),
    formatSums(profile, width),
    formatWorkers(profile, width),
  ].join('\n');
}

function formatWhole(profile: TrainingProfile): string {
  const { workers, steps, imagesPerStep, msPerStep, imagesPerSecond, gflops, kernels } = profile;
  const { peakGflops, shareOfPeak } = profile;
  const peak =
    peakGflops === null ? '' : `, ${formatShare(shareOfPeak)} of the ${formatNumber(peakGflops, 0)} measured`;
  return (
    `${formatNumber(msPerStep, 2)} ms a step: mean of ${steps} steps of ${formatNumber(imagesPerStep, 0)} images on ${workers} ` +
    `${workers === 1 ? 'worker' : 'workers'} (${kernels}), ${formatCount(imagesPerSecond)} images/s, ${formatNumber(gflops, 1)} GFLOP/s${peak}`
  );
}

function formatPasses({ passes }: TrainingProfile, width?: number): string {
  const columns = [LEFT('layer'), LEFT('pass'), ...WORK, RIGHT('barrier ms'), RIGHT('worst ms')];
  const rows = passes.map((pass) => [
    pass.layer ?? NOTHING,
    pass.pass,
    ...formatWork(pass),
    formatMs(pass.barrierMsPerStep),
    formatMs(pass.worstBarrierMsPerStep),
  ]);
  return formatTable(columns, rows, width);
}

/** The dearest first; barriers and what is between passes stand among them. */
function formatSums(profile: TrainingProfile, width?: number): string {
  const { passes, msPerStep } = profile;
  const byName = new Map<string, PassProfile[]>();
  for (const pass of passes) byName.set(pass.pass, [...(byName.get(pass.pass) ?? []), pass]);
  const other = (name: string, ms: number): [string, Sum] => [
    name,
    { msPerStep: ms, shareOfStep: ms / msPerStep, gflops: null, shareOfPeak: null },
  ];
  const sums = [
    ...[...byName].map(([name, members]): [string, Sum] => [name, addUp(members)]),
    other('(at barriers)', profile.barrierMsPerStep),
    other('(between passes)', profile.otherMsPerStep),
  ].sort(([, a], [, b]) => b.msPerStep - a.msPerStep);
  return formatTable(
    [LEFT('pass'), ...WORK],
    sums.map(([name, sum]) => [name, ...formatWork(sum)]),
    width,
  );
}

/** Rates are of those that have one: time with products, and the products done in it. */
function addUp(passes: readonly PassProfile[]): Sum {
  const total = (of: (pass: PassProfile) => number) => passes.reduce((sum, pass) => sum + of(pass), 0);
  const counted = (of: (pass: PassProfile) => number | null) => {
    const ms = total((pass) => (of(pass) === null ? 0 : pass.msPerStep));
    return ms === 0 ? null : total((pass) => (of(pass) ?? 0) * pass.msPerStep) / ms;
  };
  return {
    msPerStep: total((pass) => pass.msPerStep),
    shareOfStep: total((pass) => pass.shareOfStep),
    gflops: counted((pass) => pass.gflops),
    shareOfPeak: counted((pass) => pass.shareOfPeak),
  };
}

function formatWorkers({ perWorker, msPerStep }: TrainingProfile, width?: number): string {
  const columns = ['worker', 'passes ms', 'barriers ms', 'of step', 'longest ms'].map(RIGHT);
  const rows = perWorker.map((worker, i) => [
    String(i),
    formatMs(worker.passMsPerStep),
    formatMs(worker.barrierMsPerStep),
    formatShare(worker.barrierMsPerStep / msPerStep),
    formatMs(worker.longestBarrierMs),
  ]);
  return formatTable(columns, rows, width);
}

function formatWork({ msPerStep, shareOfStep, gflops, shareOfPeak }: Sum): string[] {
  return [formatMs(msPerStep), formatShare(shareOfStep), formatNumber(gflops, 1), formatShare(shareOfPeak)];
}

function formatMs(ms: number | null): string {
  return formatNumber(ms, MS_DIGITS);
}

function formatShare(share: number | null): string {
  return share === null ? NOTHING : `${formatNumber(100 * share, 1)}%`;
}
