import type { ViewAnswer } from '../../../../src/dashboard/answers/sql.js';
import { useAnswer } from '../../lib/api.js';

/** What can be asked: the documented views with their columns. */
export function ViewList({ onAsk }: { readonly onAsk: (sql: string) => void }) {
  const { answer: views, error } = useAnswer<ViewAnswer[]>('views');
  return (
    <section aria-labelledby="views-title" aria-busy={views === null && error === null}>
      <h2 id="views-title">Views</h2>
      {error !== null && <p role="alert">{error}</p>}
      {views?.map(({ name, text, columns }) => (
        <details key={name} class="view">
          <summary>
            <code>{name}</code>
          </summary>
          <p>{text}</p>
          <p class="columns">
            {columns.map((column) => (
              <code key={column}>{column}</code>
            ))}
          </p>
          <button type="button" onClick={() => onAsk(`SELECT *\nFROM ${name}\nLIMIT 100`)}>
            Show its first rows
          </button>
        </details>
      ))}
    </section>
  );
}
