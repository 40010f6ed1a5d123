/** Which part of each axis is chosen, from 0 to 1, by the names of axes. */
export type Brushes = Readonly<Record<string, readonly [low: number, high: number]>>;

/** Hundredths are as fine as a hand is. */
const STEPS = 1000;

/** Reads what `formatBrushes` has written; what is anything else is left out. */
export function parseBrushes(text: string | undefined): Brushes {
  const parts = (text ?? '').split(';').map((part) => /^(.+)~(\d+)~(\d+)$/.exec(part));
  const read = parts.flatMap((match) => {
    const [low, high] = [Number(match?.[2]) / STEPS, Number(match?.[3]) / STEPS];
    const name = decode(match?.[1] ?? '');
    return name !== null && low <= high && high <= 1 ? [[name, [low, high]] as const] : [];
  });
  return Object.fromEntries(read);
}

function decode(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** For the page's address; null for none. */
export function formatBrushes(brushes: Brushes): string | null {
  const parts = Object.entries(brushes).map(
    ([name, [low, high]]) =>
      `${encodeURIComponent(name)}~${Math.round(low * STEPS)}~${Math.round(high * STEPS)}`,
  );
  return parts.length > 0 ? parts.join(';') : null;
}

/** Narrows or widens an axis; one that is wide open is not brushed. */
export function setBrush(brushes: Brushes, name: string, low: number, high: number): Brushes {
  const [from, to] = [Math.max(0, Math.min(low, high)), Math.min(1, Math.max(low, high))];
  const { [name]: _, ...others } = brushes;
  return from === 0 && to === 1 ? others : { ...others, [name]: [from, to] };
}

/** Rounding must not push what lies on the border out. */
const SLACK = 1 / STEPS;

/** Whether something lies within all brushes. */
export function isWithin(brushes: Brushes, placeOn: (name: string) => number | null): boolean {
  return Object.entries(brushes).every(([name, [low, high]]) => {
    const place = placeOn(name);
    return place !== null && place >= low - SLACK && place <= high + SLACK;
  });
}
