import { formatCount } from '../format-values.js';
import type { Interval } from '../statistics/proportion.js';

/** Numbers and lists as they stand in sentences. */

/** `1.61%` */
export function formatPercent(percent: number): string {
  return `${percent.toFixed(2)}%`;
}

/** `0.61 points`, that is percentage points, without a sign. */
export function formatPoints(points: number): string {
  return `${Math.abs(points).toFixed(2)} points`;
}

/** `1.37 to 1.88` */
export function formatInterval({ low, high }: Interval): string {
  return `${low.toFixed(2)} to ${high.toFixed(2)}`;
}

/** `0.031`, `less than 0.0001` */
export function formatProbability(p: number): string {
  if (p < 0.0001) return 'less than 0.0001';
  return p > 0.995 ? '1' : String(Number(p.toPrecision(2)));
}

/** `p = 0.031`, `p < 0.0001` */
export function formatP(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${formatProbability(p)}`;
}

/** `1 run`, `3 runs` */
export function formatNumberOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and c` */
export function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `a 7`, `an 8`, `an airplane` */
export function addArticle(name: string): string {
  return `${/^(8|11\b|18\b|[aeiou])/i.test(name) ? 'an' : 'a'} ${name}`;
}

/** `2.4 times` */
export function formatTimes(ratio: number): string {
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)} times`;
}

/** The text with a capital letter at its beginning. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
