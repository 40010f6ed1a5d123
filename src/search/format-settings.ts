/** Significant digits of a number that was chosen from a range: enough to type it again and be as good. */
const DIGITS = 4;

/** What a trial has chosen, on one line: `learningRate 0.0312, optimizer sgd`. */
export function formatSettings(settings: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(settings).map(([name, value]) => `${name} ${formatSetting(value)}`);
  return parts.join(', ');
}

/** Of an option that has several fields its kind tells, if it has one. */
export function formatSetting(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(DIGITS)));
  if (typeof value !== 'object' || value === null) return String(value);
  const { kind, ...rest } = value as { readonly kind?: unknown };
  return kind !== undefined && Object.keys(rest).length === 0 ? String(kind) : JSON.stringify(value);
}
