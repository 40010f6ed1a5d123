import { type Block, warning } from '../document/blocks.js';
import type { ErrorRow } from './error-table.js';
import { formatNumberOf, joinWords } from './words.js';

/** Says which rows have no result, why, and what would fill them; nothing if all have one. */
export function warnOfMissing(rows: readonly ErrorRow[], command: string): Block[] {
  const diverged = rows.filter(({ point }) => point.state === 'diverged');
  const missing = rows.filter(({ point }) => point.run === null && point.state !== 'diverged');
  const tell = ({ name, point: { state, reason } }: ErrorRow) =>
    `${name} (${state}${reason ? `: ${reason}` : ''})`;
  return [
    ...(missing.length > 0
      ? [warning(`Missing: ${joinWords(missing.map(tell))}. This runs what is missing: \`${command}\`.`)]
      : []),
    ...(diverged.length > 0
      ? [
          warning(
            `${formatNumberOf(diverged.length, 'network')} diverged: ${joinWords(diverged.map(tell))}. ` +
              'Run again, it would do the same.',
          ),
        ]
      : []),
  ];
}
