import type { CellValue } from '../../../src/dashboard/run-rows.js';
import { formatShort, makeScale, placeTicks, type Tick } from './scale.js';

/** A field of several runs, and which values it has among them. */
export interface AxisField {
  readonly name: string;
  readonly label: string;
  readonly kind: 'number' | 'text';
  /** Different ones, in their order; null stands for having none. */
  readonly levels: readonly CellValue[];
}

/** Where the values of a field stand on an axis. */
export interface FieldAxis extends AxisField {
  /** 0 to 1. */
  place(value: CellValue): number;
  /** What stands at a place, in words. */
  describe(place: number): string;
  readonly ticks: readonly (Tick & { readonly at: number })[];
}

/** Of so few different numbers each has a mark of its own. */
const MOST_MARKS = 8;
/** Marks closer than this share of the axis would lie over each other. */
const LEAST_GAP = 0.07;

/** Numbers stand where they are between others, all else side by side. */
export function makeFieldAxis(field: AxisField): FieldAxis {
  return field.kind === 'number' ? makeNumberAxis(field) : makeTextAxis(field);
}

function makeNumberAxis(field: AxisField): FieldAxis {
  const levels = field.levels as readonly number[];
  const scale = makeScale(levels);
  const own = levels.map((value) => ({ value, label: formatShort(value), at: scale.place(value) }));
  const isRoomy = own.every(({ at }, i) => i === 0 || Math.abs(at - own[i - 1]!.at) >= LEAST_GAP);
  return {
    ...field,
    place: (value) => scale.place(Number(value)),
    describe: (place) => formatShort(Number(scale.valueAt(place).toPrecision(3))),
    ticks: levels.length <= MOST_MARKS && isRoomy ? own : placeTicks(scale),
  };
}

function makeTextAxis(field: AxisField): FieldAxis {
  const { levels } = field;
  const places = new Map(levels.map((level, i) => [level, (i + 0.5) / levels.length]));
  return {
    ...field,
    place: (value) => places.get(value) ?? 0,
    describe: (place) =>
      formatLevel(levels[Math.min(levels.length - 1, Math.floor(place * levels.length))] ?? null),
    ticks: levels.map((level, i) => ({ value: i, label: formatLevel(level), at: places.get(level)! })),
  };
}

/** A value as a reader sees it; a dash for having none. */
export function formatLevel(level: CellValue): string {
  if (level === null) return '–';
  return typeof level === 'number' ? formatShort(level) : level;
}
