/** A mark on an axis. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Where a number stands on an axis. */
export interface Scale {
  readonly kind: 'linear' | 'log';
  readonly low: number;
  readonly high: number;
  /** 0 at the low end, 1 at the high one. */
  place(value: number): number;
  /** The other way round. */
  valueAt(place: number): number;
  readonly ticks: readonly Tick[];
}

/** From a range of so many times on, a logarithmic axis shows more. */
const LOG_RANGE = 20;
/** Significant digits of a number on an axis. */
const DIGITS = 4;

/**
 * An axis for some numbers.
 *
 * @param numbers those that are finite count
 * @param kind default: logarithmic where they are all positive and far apart
 * @param marks about how many
 */
export function makeScale(numbers: readonly number[], kind?: Scale['kind'], marks = 5): Scale {
  const finite = numbers.filter(Number.isFinite);
  const least = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const greatest = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (finite.length === 0) return makeLinear(0, 1, marks);
  const isLog = least > 0 && (kind ?? (greatest / least >= LOG_RANGE ? 'log' : 'linear')) === 'log';
  return isLog ? makeLog(least, greatest) : makeLinear(least, greatest, marks);
}

function makeLinear(least: number, greatest: number, marks: number): Scale {
  // A single value stands in the middle.
  const spread = greatest - least || Math.abs(least) || 1;
  const step = findStep(spread / marks);
  const low = greatest === least ? least - spread / 2 : Math.floor(least / step) * step;
  const high = greatest === least ? least + spread / 2 : Math.ceil(greatest / step) * step;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return {
    kind: 'linear',
    low,
    high,
    place: (value) => (value - low) / (high - low),
    valueAt: (place) => low + place * (high - low),
    ticks: Array.from({ length: count }, (_, i) => makeTick((first + i) * step)),
  };
}

/** 1, 2 or 5 times a power of ten, and not less than asked. */
function findStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= atLeast * (1 - 1e-9))!;
  return step * power;
}

function makeLog(least: number, greatest: number): Scale {
  const [from, to] = [Math.log10(least), Math.log10(greatest)];
  const pad = (to - from || 1) * 0.03;
  const [low, high] = [from - pad, to + pad];
  const decades = Array.from(
    { length: Math.floor(high) - Math.ceil(low) + 1 },
    (_, i) => 10 ** (Math.ceil(low) + i),
  );
  const between = decades.length < 3 ? [2, 5] : [];
  const all = [
    ...decades,
    ...[10 ** (Math.ceil(low) - 1), ...decades].flatMap((decade) => between.map((n) => n * decade)),
  ];
  const isInside = (value: number) => Math.log10(value) >= low && Math.log10(value) <= high;
  return {
    kind: 'log',
    low: 10 ** low,
    high: 10 ** high,
    place: (value) => (Math.log10(value) - low) / (high - low),
    valueAt: (place) => 10 ** (low + place * (high - low)),
    ticks: all
      .filter(isInside)
      .sort((a, b) => a - b)
      .map(makeTick),
  };
}

function makeTick(value: number): Tick {
  // 0.30000000000000004 is not what a reader wants to see.
  const clean = Number(value.toPrecision(12));
  return { value: clean, label: formatShort(clean) };
}

/** A scale whose marks have their places. */
export function placeTicks({ ticks, place }: Scale): readonly (Tick & { readonly at: number })[] {
  return ticks.map((tick) => ({ ...tick, at: place(tick.value) }));
}

/** With as many digits as tell something: `0.0312`, `12,500`, `1.2e-7`. */
export function formatShort(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(DIGITS));
  return Math.abs(rounded) >= 1e4 && Math.abs(rounded) < 1e9
    ? rounded.toLocaleString('en-US')
    : String(rounded);
}
