import { useRef } from 'preact/hooks';
import { useKeys } from '../../lib/keys.js';
import type { FilterError } from './filter-terms.js';

interface FilterBoxProps {
  readonly value: string;
  readonly error: FilterError | null;
  readonly onChange: (filter: string) => void;
}

/** Where a filter is typed, with what is wrong about it and where. */
export function FilterBox({ value, error, onChange }: FilterBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  useKeys([{ key: '/', label: 'filters, up to Escape', action: () => input.current?.select() }]);
  return (
    <div class="filter">
      <label>
        <span class="hidden">Filter</span>
        <input
          ref={input}
          type="search"
          value={value}
          placeholder="width>0.5 model:SK seed:0..3 -state:failed"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-invalid={error !== null}
          aria-describedby={error === null ? undefined : 'filter-error'}
          onInput={(event) => onChange(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || event.isComposing) return;
            // What is typed stays, where a browser would empty the box.
            event.preventDefault();
            event.currentTarget.blur();
          }}
        />
      </label>
      {error !== null && (
        <p id="filter-error" class="error" role="alert">
          <code>
            {value.slice(0, error.place)}
            <mark>{value.slice(error.place) || '…'}</mark>
          </code>{' '}
          {error.message}
        </p>
      )}
    </div>
  );
}
