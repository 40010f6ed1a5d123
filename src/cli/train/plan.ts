import type { SweepPoint } from '../../experiment/plan-sweep.js';
import type { LiveRun } from '../../experiment/run-records.js';
import { measureTraining } from '../../optim/training-length.js';
import { formatCount } from '../../report/format-values.js';
import { formatSpecField, formatTitle } from '../../report/varying-fields.js';
import type { FittedRun } from '../../run/fit.js';
import type { ResolvedRunSpec } from '../../run/spec.js';
import { describeState, formatPointAsJson } from '../sweep/points.js';
import type { TrainSubject } from './subject.js';

/** What is told by the network's line, or of no interest to who trains. */
const UNTOLD: readonly string[] = ['model', 'network', 'slices', 'reportRegularization'];

/** What `train --dry-run` prints: the run, its spec with all defaults, and whether it is recorded. */
export function formatTrainPlan(
  subject: TrainSubject,
  point: SweepPoint,
  live: LiveRun | undefined,
  json: boolean,
): string {
  if (json) return `${formatPointAsJson(point, live)}\n`;
  const { spec } = point;
  const settings = Object.keys(spec)
    .filter((key) => !UNTOLD.includes(key) && (spec as Readonly<Record<string, unknown>>)[key] !== null)
    .map((key): [string, string] => [formatTitle(key), formatSpecField(spec, key)]);
  const lines: [string, string][] = [
    ...(subject.title === null ? [] : [['preset', subject.title] satisfies [string, string]]),
    ['network', `${point.label}, ${describeSize(point)}`],
    ...settings,
    ['mini-batches', describeSteps(spec, spec.trainCount - spec.validationCount)],
    ['state', describeState(live)],
  ];
  const width = Math.max(...lines.map(([title]) => title.length));
  return lines.map(([title, text]) => `${title.padEnd(width)}  ${text}\n`).join('');
}

/** `14,724,042 parameters` */
export function describeSize({ plan }: FittedRun): string {
  return `${formatCount(plan.parameterCount)} parameters`;
}

function describeSteps(spec: ResolvedRunSpec, images: number): string {
  const { stepsPerEpoch, steps } = measureTraining(images, spec);
  return `${formatCount(stepsPerEpoch)} an epoch, ${formatCount(steps)} in all`;
}
