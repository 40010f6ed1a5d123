import type { GridField } from '../../../../src/dashboard/grid/fields.js';
import type { Setting } from '../../../../src/dashboard/grid/settings.js';
import { makeFieldAxis } from '../../chart/field-axis.js';
import { Parallel, type ParallelLine } from '../../chart/parallel.js';
import { tellSetting } from './dots.js';
import type { ShownMeasure } from './measure.js';

interface SettingsParallelProps {
  readonly settings: readonly Setting[];
  readonly fields: readonly GridField[];
  readonly measure: ShownMeasure;
}

/** The measure's axis, which no field is called. */
const RESULT = 'result';

/** Parallel coordinates of all settings. */
export function SettingsParallel({ settings, fields, measure }: SettingsParallelProps) {
  const means = settings.map(({ mean }) => mean);
  const result = makeFieldAxis({ name: RESULT, label: measure.label, kind: 'number', levels: means });
  const axes = [...fields.map(makeFieldAxis), result];
  const lines = settings.map((setting, i): ParallelLine => {
    const places = fields.map(({ name }, axis) => axes[axis]!.place(setting.values[name] ?? null));
    // By rank, so that one that came to nothing does not make all others alike.
    const grade = settings.length === 1 ? 1 : 1 - i / (settings.length - 1);
    return {
      key: setting.runs[0]!,
      places: [...places, result.place(setting.mean)],
      grade,
      text: tellSetting(setting, measure),
    };
  });
  return <Parallel noun="setting" axes={axes} lines={lines} />;
}
