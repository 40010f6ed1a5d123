import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../lib/keys.js';
import { type Column, RUN, STATE } from '../../runs/column.js';
import type { RunGroup } from '../../runs/groups.js';
import type { RunModel } from '../../runs/run-model.js';
import { measureColumns } from './column-widths.js';
import { RunRow } from './run-row.js';
import { chooseRuns, findRow, turnRuns } from './selection.js';
import { TableHead } from './table-head.js';
import type { TableRows } from './table-rows.js';
import type { TableState } from './table-state.js';
import { ROW_PIXELS, useRowWindow } from './virtual-rows.js';

/** Of the column with the checkboxes, and of that with the test against the best group. */
const CHECK_PIXELS = 38;
const COMPARED_PIXELS = 96;

/** Rows of which elements are kept. */
const LEAST_ELEMENTS = 64;

interface RunTableProps {
  readonly model: RunModel;
  readonly table: TableRows;
  readonly columns: readonly Column[];
  readonly state: TableState;
  readonly selected: ReadonlySet<number>;
  readonly onSelect: (runs: Iterable<number>) => void;
  readonly onSort: (name: string, adds: boolean) => void;
  readonly onOpen: (run: number) => void;
}

/** The table itself: of all rows those are drawn that are in view. */
export function RunTable(props: RunTableProps) {
  const { model, table, columns, state, selected, onSelect, onSort } = props;
  const { rows } = table;
  const scroller = useRef<HTMLElement>(null);
  const { from, to } = useRowWindow(scroller, rows.length);
  const { cursor, setCursor } = useCursor(props, scroller);
  const isGrouped = state.grouping !== null;
  const widths = useMemo(
    () => measureColumns(columns, rows, model, isGrouped),
    // However they are sorted.
    [columns, rows.length, model, isGrouped],
  );
  const offsets = useMemo(() => placePinned(columns, widths, state.pinned), [columns, widths, state.pinned]);
  const isCompared = isGrouped && table.measure !== null;
  // Behind the leading measure, or where it would be.
  const compared = isCompared
    ? columns.findLastIndex((column) => [RUN, STATE, table.leading?.name].includes(column.name))
    : -1;
  const width =
    CHECK_PIXELS + widths.reduce((sum, each) => sum + each, 0) + (isCompared ? COMPARED_PIXELS : 0);
  // The number of a run: rows move as others begin.
  const last = useRef<number | null>(null);
  const turn = (row: number, isRange: boolean) => {
    const from = isRange ? findRow(rows, model, last.current) : -1;
    onSelect(chooseRuns(selected, rows, model, { row, from: from < 0 ? null : from }));
    last.current = model.runs[rows[row]!.places[0]!]!;
    setCursor(last.current);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
    <section ref={scroller} class="scroller" aria-label="Table of runs" tabIndex={0}>
      <table style={{ '--width': `${width}px` }} aria-rowcount={rows.length + 1}>
        <colgroup>
          <col class="check" style={{ '--width': `${CHECK_PIXELS}px` }} />
          {columns.map(({ name }, i) => [
            <col key={name} style={{ '--width': `${widths[i]}px` }} />,
            i === compared && <col key="p" style={{ '--width': `${COMPARED_PIXELS}px` }} />,
          ])}
        </colgroup>
        <TableHead
          columns={columns}
          offsets={offsets}
          sort={state.sort}
          compared={compared}
          measure={table.measure}
          isAllSelected={rows.length > 0 && rows.every((row) => isSelected(row, model, selected))}
          onSelectAll={() => onSelect(turnRuns(selected, rows, model))}
          onSort={onSort}
        />
        <tbody>
          <Gap rows={from} span={columns.length + 2} />
          {rows.slice(from, to).map((row, i) => (
            <RunRow
              // What is scrolled away makes room for what comes, in the same elements.
              key={(from + i) % Math.max(LEAST_ELEMENTS, to - from)}
              row={row}
              number={from + i}
              model={model}
              columns={columns}
              offsets={offsets}
              compared={compared}
              comparison={table.comparisons.get(row) ?? null}
              isGrouped={isGrouped}
              isCursor={from + i === cursor}
              isSelected={isSelected(row, model, selected)}
              onSelect={turn}
            />
          ))}
          <Gap rows={rows.length - to} span={columns.length + 2} />
        </tbody>
      </table>
      {rows.length === 0 && <p class="none">No run passes the filter.</p>}
    </section>
  );
}

function Gap({ rows, span }: { readonly rows: number; readonly span: number }) {
  return rows > 0 ? (
    <tr class="gap">
      <td colSpan={span} style={{ height: `${rows * ROW_PIXELS}px` }} />
    </tr>
  ) : null;
}

function isSelected({ places }: RunGroup, model: RunModel, selected: ReadonlySet<number>): boolean {
  return places.every((place) => selected.has(model.runs[place]!));
}

/** How far from the left columns stay: the number, and those that are pinned; undefined for others. */
function placePinned(
  columns: readonly Column[],
  widths: readonly number[],
  pinned: readonly string[],
): (number | undefined)[] {
  let left = CHECK_PIXELS;
  return columns.map(({ name }, i) => {
    if (name !== RUN && !pinned.includes(name)) return undefined;
    const own = left;
    left += widths[i]!;
    return own;
  });
}

/** The row that keys are about: that of a run, wherever it is. */
function useCursor(
  { model, table: { rows }, selected, onSelect, onOpen }: RunTableProps,
  scroller: { readonly current: HTMLElement | null },
) {
  const [cursor, setCursor] = useState<number | null>(null);
  const mayFocus = useRef(false);
  const found = findRow(rows, model, cursor);
  const at = found < 0 ? null : found;
  const move = (by: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, at === null ? 0 : at + by))];
    if (row === undefined) return;
    mayFocus.current = true;
    setCursor(model.runs[row.places[0]!]!);
  };
  const turn = () => {
    if (at !== null) onSelect(chooseRuns(selected, rows, model, { row: at, from: null }));
  };
  const open = () => {
    if (at !== null) onOpen(model.runs[rows[at]!.places[0]!]!);
  };
  useKeys([
    { key: 'j', label: 'next row', action: () => move(1) },
    { key: 'k', label: 'row before', action: () => move(-1) },
    { key: 'x', label: 'selects the row, or no longer', action: turn },
    { key: 'o', label: 'opens the run of the row', action: open },
  ]);
  useLayoutEffect(() => {
    if (mayFocus.current && at !== null && scroller.current) scrollTo(scroller.current, at);
  }, [at]);
  // Once it is drawn.
  useEffect(() => {
    if (!mayFocus.current || at === null) return;
    const row = scroller.current?.querySelector<HTMLElement>(`tr[aria-rowindex="${at + 2}"]`);
    if (row) {
      mayFocus.current = false;
      row.focus({ preventScroll: true });
    }
  });
  return { cursor: at, setCursor };
}

function scrollTo(scroller: HTMLElement, row: number): void {
  const head = scroller.querySelector('thead')?.clientHeight ?? 0;
  const [top, bottom] = [row * ROW_PIXELS, (row + 1) * ROW_PIXELS + head];
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (bottom > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = bottom - scroller.clientHeight;
}
