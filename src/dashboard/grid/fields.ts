import { formatSetting } from '../../search/format-settings.js';
import type { RunsAnswer } from '../answers/runs.js';
import type { CellValue, RunColumn } from '../run-rows.js';

/** A field in which runs differ. */
export interface GridField {
  readonly name: string;
  readonly label: string;
  /** Numbers have an order, and a place between two others. */
  readonly kind: 'number' | 'text';
  /** Different ones, in their order; null where a run has no such field. */
  readonly levels: readonly CellValue[];
}

/** With the seed every setting would be of one run; and a network is told by its label or by its fields. */
const NO_FIELDS: ReadonlySet<string> = new Set(['seed', 'plugins', 'model']);
/** Recorded beside the spec, and yet part of what was trained. */
const RECORDED_FIELDS: readonly string[] = ['label', 'dataset_sha256'];

/** The fields in which runs differ, but the seed. Of several that always change together the first one stands for all. */
export function findGridFields({ columns, values }: RunsAnswer): GridField[] {
  const isMeant = ({ name, source, varies }: RunColumn) =>
    varies && (source === 'field' ? !NO_FIELDS.has(name) : RECORDED_FIELDS.includes(name));
  const inOrder = columns.filter(isMeant).sort((a, b) => placeOf(a) - placeOf(b));
  const partitions = new Set<string>();
  return inOrder.flatMap(({ name, label }) => {
    const cells = values[name]!;
    const levels = listLevels(cells);
    const partition = numberByFirst(cells).join();
    if (levels.length < 2 || partitions.has(partition)) return [];
    partitions.add(partition);
    const kind = levels.every((level) => typeof level === 'number') ? 'number' : 'text';
    return [{ name, label, kind, levels }];
  });
}

/** What is asked for comes before what follows from it: a kind before the fields that it has, the spec before the label. */
function placeOf({ name, source }: RunColumn): number {
  if (source !== 'field') return 2;
  return name.endsWith('.kind') ? 0 : 1;
}

function listLevels(cells: readonly CellValue[]): CellValue[] {
  return [...new Set(cells)].sort(compareCells);
}

/** Which runs have equal values, whatever these are. */
function numberByFirst(cells: readonly CellValue[]): number[] {
  const first = new Map<CellValue, number>();
  return cells.map((cell) => {
    const number = first.get(cell) ?? first.size;
    first.set(cell, number);
    return number;
  });
}

function compareCells(a: CellValue, b: CellValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Number(a === null) - Number(b === null) || String(a).localeCompare(String(b), 'en');
}

/** `width 0.4, learning rate: rate 0.05`; of what has no field, nothing. */
export function nameSetting(
  fields: readonly GridField[],
  values: Readonly<Record<string, CellValue>>,
): string {
  const told = fields.filter(({ name }) => values[name] !== null && values[name] !== undefined);
  return told.map(({ name, label }) => `${label} ${formatSetting(values[name])}`).join(', ');
}
