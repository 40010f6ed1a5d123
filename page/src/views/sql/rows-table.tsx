import type { SqlAnswer } from '../../../../src/dashboard/answers/sql.js';
import { hrefTo } from '../../lib/router.js';

/** Rows as they came; the numbers of runs lead to these. */
export function RowsTable({ titles, rows, isCut, seconds }: SqlAnswer) {
  const isNumber = titles.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
  return (
    // Reached by the keyboard, as it may be wider than the page.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls
    <section class="rows" aria-label="Rows" tabIndex={0}>
      <table>
        <caption>
          {isCut ? `The first ${count}; add a LIMIT or a WHERE for others` : count} · {seconds.toFixed(2)} s
        </caption>
        <thead>
          <tr>
            {titles.map((title, i) => (
              <th key={i} scope="col" class={isNumber[i] ? 'number' : ''}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, y) => (
            <tr key={y}>
              {row.map((cell, i) => (
                <td key={i} class={isNumber[i] ? 'number' : ''}>
                  {titles[i] === 'run_id' && cell !== null ? (
                    <a href={hrefTo('run', String(cell))}>{cell}</a>
                  ) : (
                    cell
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
