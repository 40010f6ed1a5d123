import { describe, expect, it } from 'vitest';
import { runColour } from '../../../page/src/lib/run-colour.js';

type Triple = readonly [number, number, number];

/** Light of red, green and blue as a screen shows an OKLCH colour, what it cannot show cut off. See https://bottosson.github.io/posts/oklab. */
function readColour(colour: string): Triple {
  const [lightness, chroma, hue] = colour.match(/[\d.]+/g)!.map(Number) as unknown as Triple;
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const show = (light: number) => Math.min(1, Math.max(0, light));
  return [
    show(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    show(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    show(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** The other way: a place in OKLab, where distances are how much colours differ to the eye. */
function placeColour([red, green, blue]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** As WCAG computes it. */
function contrast(one: Triple, other: Triple): number {
  const luminance = ([red, green, blue]: Triple) => 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  const [a, b] = [luminance(one), luminance(other)];
  return Math.max(a, b) / Math.min(a, b);
}

function readHex(hex: string): Triple {
  const light = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return light as unknown as Triple;
}

/** What an eye just tells apart, side by side, is about 0.02. */
const LEAST_DIFFERENCE = 0.03;
const FAR = 60;
/** As many steps of lightness, and turns of the hue in quarters of a degree, as come back to the first. */
const RUNS = 1440;

describe.each([
  ['white paper', false, '#ffffff'],
  ['the dark ground', true, '#16181c'],
] as const)('colours of runs on %s', (_, isDark, ground) => {
  const shown = Array.from({ length: RUNS + FAR }, (_, run) => readColour(runColour(run, isDark)));

  it('are told apart among runs up to 60 apart', () => {
    const places = shown.map(placeColour);
    let least = Number.POSITIVE_INFINITY;
    for (let run = 0; run < RUNS; run++) {
      for (let far = 1; far <= FAR; far++) {
        const [one, other] = [places[run]!, places[run + far]!];
        least = Math.min(least, Math.hypot(...one.map((value, i) => value - other[i]!)));
      }
    }
    expect(least).toBeGreaterThan(LEAST_DIFFERENCE);
  });

  it('stand out from the ground by 3:1', () => {
    expect(Math.min(...shown.map((colour) => contrast(colour, readHex(ground))))).toBeGreaterThan(3);
  });
});
