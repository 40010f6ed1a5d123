import type { Column } from '../../runs/column.js';
import type { SortKey } from './sort.js';

interface TableHeadProps {
  readonly columns: readonly Column[];
  /** See RunTable. */
  readonly offsets: readonly (number | undefined)[];
  readonly sort: readonly SortKey[];
  readonly isCompared: boolean;
  readonly isAllSelected: boolean;
  readonly onSelectAll: () => void;
  readonly onSort: (name: string, adds: boolean) => void;
}

/** Titles, by which the table is sorted. */
export function TableHead(props: TableHeadProps) {
  const { columns, offsets, sort, isCompared, isAllSelected, onSelectAll, onSort } = props;
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th class="check" scope="col">
          <input
            type="checkbox"
            aria-label="Select all rows"
            checked={isAllSelected}
            onClick={(event) => {
              // What is selected decides, not the click.
              event.preventDefault();
              onSelectAll();
            }}
          />
        </th>
        {columns.map((column, i) => {
          const key = sort.find(({ name }) => name === column.name);
          const place = sort.length > 1 && key ? sort.indexOf(key) + 1 : null;
          return (
            <th
              key={column.name}
              scope="col"
              class={[
                column.kind === 'number' ? 'number' : '',
                offsets[i] === undefined ? '' : 'pinned',
              ].join(' ')}
              style={offsets[i] === undefined ? {} : { left: `${offsets[i]}px` }}
              aria-sort={key ? (key.isDescending ? 'descending' : 'ascending') : 'none'}
              title={column.name}
            >
              <button type="button" class="quiet" onClick={(event) => onSort(column.name, event.shiftKey)}>
                {column.label}
                <span class="order" aria-hidden="true">
                  {key ? (key.isDescending ? '▼' : '▲') : ''}
                  {place}
                </span>
              </button>
            </th>
          );
        })}
        {isCompared && (
          <th
            scope="col"
            class="number"
            title="Welch’s t test against the best group, corrected by Holm for all pairs of groups"
          >
            p against best
          </th>
        )}
      </tr>
    </thead>
  );
}
