import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { measureTraining } from '../../optim/training-length.js';
import { formatCount } from '../../report/format-values.js';
import { formatSpecField } from '../../report/varying-fields.js';
import { planRun, type UnplannedRun } from '../../run/fit.js';
import type { ResolvedRunSpec } from '../../run/spec.js';
import type { TrainSubject } from './subject.js';

/** What is told by the network's line, or of no interest to who trains. */
const UNTOLD: readonly string[] = ['model', 'network', 'slices', 'reportRegularization'];

/**
 * What `train --dry-run` prints: the run, its spec with all defaults, by the names that `--set` takes, and whether it is recorded.
 *
 * @param found.disk what the run would take of the disk, in lines
 */
export function formatTrainPlan(
  subject: TrainSubject,
  point: SweepPoint,
  { state, disk }: { readonly state: string; readonly disk: readonly string[] },
): string {
  const { spec } = point;
  const settings = Object.keys(spec)
    .filter((key) => !UNTOLD.includes(key) && (spec as Readonly<Record<string, unknown>>)[key] !== null)
    .map((key): [string, string] => [key, formatSpecField(spec, key)]);
  const lines: [string, string][] = [
    ...(subject.title === null ? [] : [['preset', subject.title] satisfies [string, string]]),
    ['network', `${point.label}, ${describeSize(point)}`],
    ...settings,
    ['mini-batches', describeSteps(spec, spec.trainCount - spec.validationCount)],
    ...disk.map((line): [string, string] => ['disk', line]),
    ['state', state],
  ];
  const width = Math.max(...lines.map(([title]) => title.length));
  return lines.map(([title, text]) => `${title.padEnd(width)}  ${text}\n`).join('');
}

/** `14,724,042 parameters` */
export function describeSize(run: UnplannedRun): string {
  return `${formatCount(planRun(run).plan.parameterCount)} parameters`;
}

function describeSteps(spec: ResolvedRunSpec, images: number): string {
  const { stepsPerEpoch, steps } = measureTraining(images, spec);
  return `${formatCount(stepsPerEpoch)} an epoch, ${formatCount(steps)} in all`;
}
