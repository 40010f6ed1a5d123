/** Part of the horizontal axis. */
export type Zoom = readonly [from: number, to: number];

/** Of what is shown, for each step of a key. */
const SHIFT = 0.25;

/** What is shown after a key: the middle half, twice as much, or a quarter further; null for all, which is never left. */
export function turnZoom(
  zoom: Zoom | null,
  whole: Zoom,
  step: 'in' | 'out' | 'left' | 'right',
  isLog: boolean,
): Zoom | null {
  // What is a quarter on the screen is a quarter of the logarithms.
  const [there, back] = isLog ? [Math.log, Math.exp] : [(x: number) => x, (x: number) => x];
  const [least, most] = whole.map(there) as unknown as Zoom;
  const [from, to] = (zoom ?? whole).map(there) as unknown as Zoom;
  const part = (to - from) * SHIFT;
  const moved = {
    in: [from + part, to - part],
    out: [from - 2 * part, to + 2 * part],
    left: [from - part, to - part],
    right: [from + part, to + part],
  }[step] as unknown as Zoom;
  const length = moved[1] - moved[0];
  if (length >= most - least) return null;
  const begin = Math.min(Math.max(moved[0], least), most - length);
  return [back(begin), back(begin + length)];
}
