/**
 * Turns the hue so that runs whose numbers are near each other differ. By the golden angle those would be alike that lie 21, 34 or 55 apart, as the seeds
 * of a grid do.
 */
const TURN_DEGREES = 110.75;
/** In so many steps, for either ground, that hues which lie close are told apart by them; each is far from white, or from the dark ground. */
const LIGHTNESS = {
  light: [0.45, 0.535, 0.62, 0.4925, 0.5775],
  dark: [0.66, 0.76, 0.86, 0.71, 0.81],
} as const;
const CHROMA = 0.13;

/** The colour of a run, by its number alone: the same in every view, on either ground. Equal steps of OKLCH look equally large. */
export function runColour(run: number, isDark: boolean): string {
  const steps = LIGHTNESS[isDark ? 'dark' : 'light'];
  const hue = (run * TURN_DEGREES) % 360;
  return `oklch(${steps[run % steps.length]} ${CHROMA} ${hue.toFixed(2)})`;
}
