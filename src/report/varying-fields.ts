import { LABEL_KEYS } from '../experiment/run-label.js';
import type { PluginRecord } from '../plugins/plugins.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import { formatOptimizer } from './format-optimizer.js';
import { findNetworkDifferences, formatNetworkFact } from './network-differences.js';

/** A spec with its label: a point of a sweep, or a run. */
export interface NamedSpec {
  readonly label: string;
  readonly spec: ResolvedRunSpec;
}

/**
 * Fields of the spec that differ between points and that the label and the seed's column do not tell, and before them what tells networks
 * apart that have one label.
 */
export function findVaryingFields(points: readonly NamedSpec[]): string[] {
  const told = new Set<string>([...LABEL_KEYS, 'network', 'plugins', 'seed']);
  const keys = new Set<string>();
  for (const { spec } of points) for (const key in spec) if (!told.has(key)) keys.add(key);
  return [
    ...findNetworkDifferences(points.map(({ label, spec }) => ({ label, network: spec.network }))),
    ...[...keys].filter((key) => isVarying(key, points)),
  ];
}

/** Only points count that a field is for: the options of one optimizer say nothing of another. Every run has an optimizer, named or not. */
function isVarying(key: string, points: readonly NamedSpec[]): boolean {
  let first: { readonly value: unknown; readonly text: string } | null = null;
  for (const point of points) {
    const value = (point.spec as Readonly<Record<string, unknown>>)[key];
    // Most points have the very value of the first one.
    if (first !== null && value === first.value) continue;
    if (key !== 'optimizer' && !(key in point.spec)) continue;
    const text = formatField(point, key);
    first ??= { value, text };
    if (text !== first.text) return true;
  }
  return false;
}

/** A field's value in short: `0.001`, `step(rate 0.1, factor 0.5, every 3)`. */
export function formatField(point: NamedSpec, key: string): string {
  return Object.hasOwn(point.spec, key)
    ? formatSpecField(point.spec, key)
    : formatNetworkFact(point.spec.network, key);
}

/** The same of a spec by itself. */
export function formatSpecField(spec: ResolvedRunSpec, key: string): string {
  const value = (spec as Readonly<Record<string, unknown>>)[key];
  if (key === 'optimizer') return formatOptimizer(spec);
  if (value === undefined) return '–';
  if (key === 'learningRate') return formatSchedule(value as ResolvedRunSpec['learningRate']);
  if (key === 'plugins') return formatPlugins(value as ResolvedRunSpec['plugins']);
  if (typeof value === 'number') return shorten(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Digits enough for what anybody writes; a search chooses numbers of 17. */
const DIGITS = 6;

function shorten(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(DIGITS)));
}

function formatPlugins(plugins: readonly PluginRecord[]): string {
  const named = plugins.map(({ provides, sha256 }) => `${provides.join(', ')} (sha256 ${sha256})`);
  return named.join('; ') || 'none';
}

function formatSchedule({ kind, warmupEpochs, ...fields }: ResolvedRunSpec['learningRate']): string {
  if (kind === 'constant' && warmupEpochs === 0 && 'rate' in fields) return shorten(fields.rate);
  const shown = Object.entries({ ...fields, ...(warmupEpochs > 0 ? { warmup: warmupEpochs } : {}) });
  return `${kind}(${shown.map(([key, value]) => `${key} ${typeof value === 'number' ? shorten(value) : value}`).join(', ')})`;
}

/** `trainCount` -> `train count` */
export function formatTitle(key: string): string {
  return key.replace(/(?<=[a-z\d])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Names each point by its label and what else differs in the sweep: `SK-0.2 train count 500 seed 1`. */
export function namePoints(points: readonly NamedSpec[]): (point: NamedSpec) => string {
  const varying = findVaryingFields(points);
  if (points.some(({ spec }) => spec.seed !== points[0]!.spec.seed)) varying.push('seed');
  return (point) =>
    [point.label, ...varying.map((key) => `${formatTitle(key)} ${formatField(point, key)}`)].join(' ');
}
