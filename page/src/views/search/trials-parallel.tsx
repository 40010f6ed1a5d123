import type { SearchAnswer } from '../../../../src/dashboard/answers/search.js';
import type { CellValue } from '../../../../src/dashboard/run-rows.js';
import { type AxisField, makeFieldAxis } from '../../chart/field-axis.js';
import { Parallel, type ParallelLine } from '../../chart/parallel.js';

/** Parallel coordinates of the trials that have come to something. */
export function TrialsParallel({ trials, ranked, parameters, objectives }: SearchAnswer) {
  const rank = new Map(ranked.map((trial, i) => [trial, i]));
  const known = trials.filter(({ trial, value }) => value !== null && rank.has(trial));
  const fields = parameters.map((name, i): AxisField => {
    const cells = known.map(({ numbers, settings }): CellValue => numbers[i] ?? settings[i] ?? null);
    // What only some trials have is told by the others' gaps.
    const kind = cells.every((cell) => cell === null || typeof cell === 'number') ? 'number' : 'text';
    const present = [...new Set(cells)].filter((cell) => kind === 'text' || cell !== null);
    return {
      name,
      label: name,
      kind,
      levels: present.sort((a, b) =>
        kind === 'number' ? Number(a) - Number(b) : String(a).localeCompare(String(b)),
      ),
    };
  });
  const result = makeFieldAxis({
    name: 'result',
    label: objectives[0]!,
    kind: 'number',
    levels: known.map(({ value }) => value),
  });
  const axes = [...fields.map(makeFieldAxis), result];
  const lines = known.map((trial): ParallelLine => {
    const places = fields.map(({ kind }, i) => {
      const cell = trial.numbers[i] ?? trial.settings[i] ?? null;
      return kind === 'number' && cell === null ? null : axes[i]!.place(cell);
    });
    return {
      key: trial.trial,
      places: [...places, result.place(trial.value)],
      grade: known.length === 1 ? 1 : 1 - rank.get(trial.trial)! / Math.max(1, ranked.length - 1),
      text: `trial ${trial.trial}: ${trial.figures[0]}`,
    };
  });
  return <Parallel noun="trial" axes={axes} lines={lines} />;
}
