import type { RunsAnswer } from '../../../src/dashboard/answers/runs.js';
import type { CellValue } from '../../../src/dashboard/run-rows.js';

/** An answer of a few runs: fields, states and groups as they are given, all else as small as it may be. */
export function answerOf(
  fields: Readonly<Record<string, readonly CellValue[]>>,
  { states, groups }: { readonly states?: readonly string[]; readonly groups?: readonly number[] } = {},
): RunsAnswer {
  const length = Object.values(fields)[0]?.length ?? 0;
  const numbers = Array.from({ length }, (_, i) => i + 1);
  return {
    version: 'v.1',
    runs: numbers,
    states: states ?? numbers.map(() => 'done'),
    groups: groups ?? numbers,
    columns: Object.entries(fields).map(([name, cells]) => ({
      name,
      label: name,
      kind: cells.every((cell) => typeof cell !== 'string' || cell === 'Infinity') ? 'number' : 'text',
      source: 'field',
      varies: cells.some((cell) => cell !== cells[0]),
    })),
    values: fields,
  };
}
