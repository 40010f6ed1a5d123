/** Turns the hue by the golden angle, so that neighbours differ most. */
const GOLDEN_DEGREES = 137.508;
/** Lighter and darker ones in turn, so that hues that lie close are told apart by that. */
const LIGHTNESS = { light: [38, 48, 30], dark: [72, 62, 80] } as const;

/** The colour of a run, by its number alone: the same in every view, on either ground. */
export function runColour(run: number, isDark: boolean): string {
  const hue = (run * GOLDEN_DEGREES) % 360;
  const lightness = LIGHTNESS[isDark ? 'dark' : 'light'][run % 3];
  return `hsl(${hue.toFixed(1)} 65% ${lightness}%)`;
}
