/** Shown where there is nothing to show. */
export const NOTHING = '-';

/** `1.52`, or a dash. */
export function formatNumber(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined) return NOTHING;
  return Number.isFinite(value) ? value.toFixed(digits) : String(value);
}

/** With thousands separated, whatever the user's locale: `12,345`. */
export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? NOTHING
    : Math.round(value).toLocaleString('en-US');
}

/** `45 s`, `4:05`, `1:02:03`. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NOTHING;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const tail = `${hours > 0 ? twoDigits(minutes) : minutes}:${twoDigits(whole % 60)}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** `812 B`, `57.3 KB`, `1.66 GB`: powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toPrecision(3)} ${units[power]}`;
}
