import { useEffect, useRef, useState } from 'preact/hooks';
import { type Column, RUN, STATE } from '../../runs/column.js';
import type { RunModel } from '../../runs/run-model.js';
import { type TableState, turnItem } from './table-state.js';

interface ColumnsDialogProps {
  readonly model: RunModel;
  readonly shown: readonly Column[];
  readonly state: TableState;
  readonly onChange: (changed: Partial<TableState>) => void;
  readonly onClose: () => void;
}

/** Which columns are shown, and which of them stay at the left. */
export function ColumnsDialog({ model, shown, state, onChange, onClose }: ColumnsDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [search, setSearch] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  const isShown = (column: Column) => shown.includes(column);
  const turn = (column: Column) => {
    const { hidden, shown: added, pinned } = state;
    const { name } = column;
    if (!isShown(column)) {
      const isHidden = hidden.includes(name);
      onChange(isHidden ? { hidden: turnItem(hidden, name) } : { shown: turnItem(added, name) });
    } else {
      onChange({
        shown: added.filter((other) => other !== name),
        pinned: pinned.filter((other) => other !== name),
        hidden: added.includes(name) ? hidden : turnItem(hidden, name),
      });
    }
  };
  const asked = search.toLowerCase();
  const listed = [...model.columns.values()].filter(
    ({ name, label }) =>
      name !== RUN &&
      name !== STATE &&
      (name.toLowerCase().includes(asked) || label.toLowerCase().includes(asked)),
  );
  return (
    <dialog ref={dialog} class="columns" aria-labelledby="columns-title" onClose={onClose}>
      <h2 id="columns-title">Columns</h2>
      <input
        type="search"
        aria-label="Search columns"
        placeholder="Search"
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <div class="list">
        <table>
          <thead>
            <tr>
              <th scope="col">column</th>
              <th scope="col">shown</th>
              <th scope="col">pinned</th>
            </tr>
          </thead>
          <tbody>
            {listed.map((column) => (
              <tr key={column.name}>
                <th scope="row">
                  {column.label} <code>{column.name}</code>
                </th>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Show ${column.label}`}
                    checked={isShown(column)}
                    onChange={() => turn(column)}
                  />
                </td>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Pin ${column.label}`}
                    checked={state.pinned.includes(column.name)}
                    onChange={() => onChange({ pinned: turnItem(state.pinned, column.name) })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="buttons">
        <button type="button" onClick={() => onChange({ pinned: [], hidden: [], shown: [] })}>
          As at first
        </button>
        <button type="button" class="main" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </p>
    </dialog>
  );
}
