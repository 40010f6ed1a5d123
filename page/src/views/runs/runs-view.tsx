import { useMemo, useRef, useState } from 'preact/hooks';
import { linkTo, selectedRuns } from '../../lib/address.js';
import { useKeys } from '../../lib/keys.js';
import { go, hrefTo, setParams, useAddress } from '../../lib/router.js';
import type { RunModel } from '../../runs/run-model.js';
import { useRuns } from '../../runs/run-store.js';
import { chooseColumns } from './choose-columns.js';
import { ColumnsDialog } from './columns-dialog.js';
import { compileFilter, type RunTest } from './filter.js';
import { FilterBox } from './filter-box.js';
import type { FilterError } from './filter-terms.js';
import { GroupingChoice } from './grouping-choice.js';
import { Outcome } from './outcome.js';
import { RunTable } from './run-table.js';
import './runs.css';
import { turnSort } from './sort.js';
import { arrangeRows, type TableRows } from './table-rows.js';
import { readTableState, type TableState, writeTableState } from './table-state.js';

/** The table of all runs. */
export default function RunsView() {
  const known = useRuns();
  if (known.model === null) {
    return known.error === null ? (
      <p aria-busy="true">Reads the runs …</p>
    ) : (
      <p role="alert">{known.error}</p>
    );
  }
  // The model is one object that changes: what stands around it is another one each time.
  return <KnownRuns model={known.model} revision={known} />;
}

interface KnownRunsProps {
  readonly model: RunModel;
  readonly revision: unknown;
}

function KnownRuns({ model, revision }: KnownRunsProps) {
  const address = useAddress();
  const { params } = address;
  const stateText = [params.filter, params.sort, params.pin, params.hide, params.show, params.group].join(
    '\n',
  );
  const state = useMemo(() => readTableState(params), [stateText]);
  const { table, error } = useTable(model, revision, state);
  const columns = useMemo(() => {
    const used = [
      ...state.sort.map(({ name }) => name),
      ...(state.grouping === 'seeds' ? [] : (state.grouping ?? [])),
    ];
    return chooseColumns(model.columns, state, { places: table.places, leading: table.leading, used });
  }, [model, table, state]);
  const selected = useMemo(() => new Set(selectedRuns(address)), [params.runs]);
  const [choosesColumns, setChoosesColumns] = useState(false);
  const change = (changed: Partial<TableState>) => setParams(writeTableState(changed), { replace: true });
  const select = (runs: Iterable<number>) => setParams({ runs: [...runs].join() || null }, { replace: true });
  const showCurves = () => {
    if (selected.size > 0) go(linkTo(address, 'curves'));
  };
  useKeys([
    { key: 'c', label: 'draws the curves of the selected runs', action: showCurves },
    {
      key: 'g',
      label: 'groups runs over their seeds, or not',
      action: () => change({ grouping: state.grouping === null ? 'seeds' : null }),
    },
  ]);
  return (
    <section class="runs" aria-labelledby="runs-title">
      <h1 id="runs-title">Runs</h1>
      <div class="tools">
        <FilterBox value={state.filter} error={error} onChange={(filter) => change({ filter })} />
        <GroupingChoice
          columns={model.columns}
          value={state.grouping}
          onChange={(grouping) => change({ grouping, sort: [] })}
        />
        <button type="button" onClick={() => setChoosesColumns(true)}>
          Columns
        </button>
      </div>
      <p class="count" role="status">
        {tellCount(table, model, state.grouping !== null)}
      </p>
      <Outcome table={table} model={model} grouping={state.grouping} />
      {selected.size > 0 && <Selection count={selected.size} onClear={() => select([])} />}
      <RunTable
        model={model}
        table={table}
        columns={columns}
        state={state}
        selected={selected}
        onSelect={select}
        onSort={(name, adds) => change({ sort: turnSort(state.sort, name, adds) })}
        onOpen={(run) => go(linkTo(address, 'run', String(run)))}
      />
      {choosesColumns && (
        <ColumnsDialog
          model={model}
          shown={columns}
          state={state}
          onChange={change}
          onClose={() => setChoosesColumns(false)}
        />
      )}
    </section>
  );
}

/** The rows; with a filter that is wrong those of the last one that was not. */
function useTable(
  model: RunModel,
  revision: unknown,
  state: TableState,
): { readonly table: TableRows; readonly error: FilterError | null } {
  const last = useRef('');
  return useMemo(() => {
    let error: FilterError | null = null;
    let test: RunTest;
    try {
      test = compileFilter(state.filter, model.columns);
      last.current = state.filter;
    } catch (failure) {
      error = failure as FilterError;
      test = compileFilter(last.current, model.columns);
    }
    return { table: arrangeRows(model, test, state), error };
  }, [model, revision, state]);
}

function tellCount({ rows, places }: TableRows, model: RunModel, isGrouped: boolean): string {
  const [runs, all] = [places.length, model.runs.length];
  const told =
    runs === all ? `${count(all, 'run')}` : `${runs.toLocaleString('en-US')} of ${count(all, 'run')}`;
  const running = model.states.filter((state) => state === 'running').length;
  const groups = !isGrouped ? '' : ` in ${count(rows.length, 'group')}`;
  return `${told}${groups}${running > 0 ? `, ${running} under way` : ''}`;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

function Selection({ count: number, onClear }: { readonly count: number; readonly onClear: () => void }) {
  return (
    <p class="selection">
      <strong>{number.toLocaleString('en-US')} selected:</strong> <a href={hrefTo('curves')}>Curves</a>{' '}
      {number > 1 && <a href={hrefTo('compare')}>Compare</a>}{' '}
      <button type="button" class="quiet" onClick={onClear}>
        Clear
      </button>
    </p>
  );
}
