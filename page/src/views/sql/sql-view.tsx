import { useEffect, useRef, useState } from 'preact/hooks';
import type { SqlAnswer } from '../../../../src/dashboard/answers/sql.js';
import { useKeys } from '../../lib/keys.js';
import { setParams, useAddress } from '../../lib/router.js';
import { askTable, saveRows } from './ask-sql.js';
import { QUESTIONS } from './questions.js';
import { RowsTable } from './rows-table.js';
import './sql.css';
import { ViewList } from './view-list.js';

/** Questions in SQL. The address holds the one that was asked, which is asked again wherever it is opened. */
export default function SqlView() {
  const asked = useAddress().params.q ?? '';
  const [text, setText] = useState(asked || QUESTIONS[0]!.sql);
  const [failure, setFailure] = useState<string | null>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const { answer, error, isAsking, again } = useQuestion(asked);

  useEffect(() => {
    if (asked !== '') setText(asked);
    setFailure(null);
  }, [asked]);
  useKeys([
    { key: '/', label: 'goes to the question; Ctrl Enter asks it', action: () => box.current?.focus() },
  ]);

  const ask = (sql: string) => {
    setText(sql);
    if (sql === asked) again();
    else setParams({ q: sql });
  };
  const save = (format: 'csv' | 'json') => {
    setFailure(null);
    saveRows(text, format).catch(({ message }: Error) => setFailure(message));
  };
  const trouble = failure ?? error;

  return (
    <div class="sql">
      <div class="question">
        <h1>SQL</h1>
        <label class="ready">
          Ready-made:{' '}
          <select
            value={QUESTIONS.find(({ sql }) => sql === text)?.sql ?? ''}
            onChange={({ currentTarget }) => ask(currentTarget.value)}
          >
            <option value="" disabled>
              a question of your own
            </option>
            {QUESTIONS.map(({ title, sql }) => (
              <option key={title} value={sql}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <textarea
          ref={box}
          aria-label="Question in SQL"
          rows={8}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) ask(text);
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        <p class="actions">
          <button type="button" class="main" onClick={() => ask(text)} disabled={isAsking}>
            {isAsking ? 'Asking …' : 'Ask'}
          </button>
          <button type="button" onClick={() => save('csv')}>
            Save as CSV
          </button>
          <button type="button" onClick={() => save('json')}>
            Save as JSON
          </button>
        </p>
        {trouble !== null && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
      </div>
      <ViewList onAsk={ask} />
      <div class="answer" aria-live="polite" aria-busy={isAsking}>
        {answer && <RowsTable {...answer} />}
      </div>
    </div>
  );
}

interface Asking {
  readonly answer: SqlAnswer | null;
  readonly error: string | null;
  readonly isAsking: boolean;
}

/** Asks; a question that is not waited for any more is given up, on the server too. */
function useQuestion(sql: string): Asking & { readonly again: () => void } {
  const [asking, setAsking] = useState<Asking>({ answer: null, error: null, isAsking: false });
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (sql === '') return;
    const abort = new AbortController();
    setAsking(({ answer }) => ({ answer, error: null, isAsking: true }));
    askTable(sql, abort.signal).then(
      (answer) => setAsking({ answer, error: null, isAsking: false }),
      ({ message }: Error) => {
        if (!abort.signal.aborted) setAsking({ answer: null, error: message, isAsking: false });
      },
    );
    return () => abort.abort();
  }, [sql, count]);
  return { ...asking, again: () => setCount(count + 1) };
}
