import type { Preset } from '../experiment/presets/preset.js';
import { formatTable } from '../report/tables.js';

/** Presets as a table, or one JSON object a line. */
export function formatPresets(
  presets: readonly Preset[],
  what: string,
  json: boolean,
  width?: number,
): string {
  if (json) return presets.map((preset) => `${JSON.stringify(preset)}\n`).join('');
  const columns = ['preset', what].map((title) => ({ title, align: 'left' as const }));
  return formatTable(
    columns,
    presets.map(({ name, title }) => [name, title]),
    width,
  );
}
