import type { ComponentChildren } from 'preact';
import { Scroll } from './data-table.js';
import './importance-table.css';

interface ImportanceTableProps {
  /** What is ranked, in the plural. */
  readonly caption: string;
  readonly rows: readonly {
    readonly key: string;
    readonly name: ComponentChildren;
    readonly share: number | null;
  }[];
  /** How it is computed. */
  readonly explanation: string;
}

/** How much each field matters, as bars. */
export function ImportanceTable({ caption, rows, explanation }: ImportanceTableProps) {
  return (
    <>
      <Scroll label={caption}>
        <table class="data importance">
          <caption class="hidden">{caption}</caption>
          <thead>
            <tr>
              <th scope="col">field</th>
              <th scope="col" class="number">
                share
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, name, share }) => (
              <tr key={key}>
                <th scope="row">{name}</th>
                <td class="number">{share === null ? 'too few runs' : `${Math.round(100 * share)}%`}</td>
                <td class="bar" aria-hidden="true">
                  <span style={{ width: `${100 * (share ?? 0)}%` }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p class="faint">{explanation}</p>
    </>
  );
}
