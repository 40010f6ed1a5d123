import type { Column } from '../../runs/column.js';
import { formatCell } from '../../runs/format-cell.js';
import type { RunModel } from '../../runs/run-model.js';

/** Names some runs by their networks and by what else differs between them: `3 SK-0.2, learning rate 0.01, seed 1`. */
export function nameRuns(
  runs: readonly number[],
  model: RunModel,
  isOverSeeds: boolean,
): (run: number) => string {
  const places = runs.flatMap((run) => model.placeOf(run) ?? []);
  const label = model.columns.get('label');
  const differs = ({ cells }: Column) => places.some((place) => cells[place] !== cells[places[0]!]);
  const isTold = ({ cells }: Column) => {
    const told = new Map(places.map((place) => [label?.cells[place], cells[place]]));
    return places.every((place) => told.get(label?.cells[place]) === cells[place]);
  };
  const fields = [...model.columns.values()].filter(
    (column) =>
      column.source === 'field' &&
      differs(column) &&
      (column.name === 'seed' ? !isOverSeeds : !isTold(column)),
  );
  return (run) => {
    const place = model.placeOf(run);
    if (place === undefined) return '';
    const told = fields.map((column) => `${column.label} ${formatCell(column, column.cells[place])}`);
    return [String(label?.cells[place] ?? ''), ...told].filter((text) => text !== '').join(', ');
  };
}

/** As many runs as are drawn where none is chosen. */
const LATEST = 6;

/** Runs that are drawn if none is chosen: those under way, else the latest. */
export function chooseLatest({ runs, states }: RunModel): number[] {
  const running = runs.filter((_, place) => states[place] === 'running');
  return (running.length > 0 ? running : runs).slice(-LATEST);
}
