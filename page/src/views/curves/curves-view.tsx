import { useMemo, useState } from 'preact/hooks';
import { selectedRuns } from '../../lib/address.js';
import { useKeys } from '../../lib/keys.js';
import { hrefTo, setParams, useAddress } from '../../lib/router.js';
import type { RunModel } from '../../runs/run-model.js';
import { useRuns } from '../../runs/run-store.js';
import { CurveChart } from './curve-chart.js';
import {
  type CurveState,
  IMAGE_SETS,
  QUANTITIES,
  type Quantity,
  readCurveState,
  writeCurveState,
} from './curve-state.js';
import { CurveTools } from './curve-tools.js';
import './curves.css';
import { chooseLatest, nameRuns } from './name-runs.js';
import { listSeries } from './series.js';
import { type Courses, useCourses } from './use-courses.js';
import { ValueTable } from './value-table.js';
import { turnZoom, type Zoom } from './zoom.js';

/** The courses of the selected runs. */
export default function CurvesView() {
  const known = useRuns();
  if (known.model === null) {
    return known.error === null ? (
      <p aria-busy="true">Reads the runs …</p>
    ) : (
      <p role="alert">{known.error}</p>
    );
  }
  return <ChosenCurves model={known.model} revision={known} />;
}

function ChosenCurves({ model, revision }: { readonly model: RunModel; readonly revision: unknown }) {
  const address = useAddress();
  const selected = useMemo(() => selectedRuns(address), [address.params.runs]);
  // Once chosen they stay, though others may begin.
  const [latest] = useState(() => chooseLatest(model));
  const runs = selected.length > 0 ? selected : latest;
  const courses = useCourses(runs);
  return (
    <section class="curves" aria-labelledby="curves-title">
      <h1 id="curves-title">Curves</h1>
      {selected.length === 0 && (
        <p class="note">
          {runs.length === 0 ? 'There is no run yet. ' : 'No run is selected: these are the latest. '}
          <a href={hrefTo('runs')}>Select runs</a>
        </p>
      )}
      {courses.error !== null && <p role="alert">{courses.error}</p>}
      {courses.missing.length > 0 && (
        <p class="note">No longer there: {courses.missing.map((run) => `run ${run}`).join(', ')}.</p>
      )}
      {courses.book === null ? (
        runs.length > 0 && <p aria-busy="true">Reads the curves …</p>
      ) : (
        <Drawn {...{ model, revision, runs, courses }} />
      )}
    </section>
  );
}

interface DrawnProps {
  readonly model: RunModel;
  readonly revision: unknown;
  readonly runs: readonly number[];
  readonly courses: Courses;
}

function Drawn({ model, revision, runs, courses }: DrawnProps) {
  const { params } = useAddress();
  const stateText = ['x', 'y', 'sets', 'log', 'smooth', 'band', 'zoom']
    .map((name) => params[name])
    .join('\n');
  const state = useMemo(() => readCurveState(params), [stateText]);
  const [x, setX] = useState<number | null>(null);
  const change = (changed: Partial<CurveState>) => setParams(writeCurveState(changed), { replace: true });
  const curves = useMemo(() => courses.book!.curves, [courses.book, courses.revision]);
  const quantities = QUANTITIES.filter(({ metrics }) =>
    Object.values(metrics).some((metric) => curves.some((curve) => curve.metrics[metric] !== undefined)),
  );
  const quantity = quantities.find(({ name }) => name === state.quantity) ?? quantities[0];
  const groupOf = (run: number) => model.groups[model.placeOf(run) ?? -1] ?? run;
  const series = useMemo(
    () => (quantity === undefined ? [] : listSeries(curves, quantity, state, groupOf)),
    [curves, quantity, state, revision],
  );
  const nameOf = useMemo(
    () => nameRuns(runs, model, state.isOverSeeds),
    [runs, model, revision, state.isOverSeeds],
  );
  const zoomTo = (zoom: Zoom | null) => change({ zoom: zoom && [shorten(zoom[0]), shorten(zoom[1])] });
  const zoom = (step: Parameters<typeof turnZoom>[2]) => {
    const ends = series.flatMap(({ xs }) => (xs.length === 0 ? [] : [xs[0]!, xs.at(-1)!]));
    const whole: Zoom = [Math.min(...ends), Math.max(...ends)];
    if (whole[0] < whole[1]) zoomTo(turnZoom(state.zoom, whole, step, state.isLogX));
  };
  useKeys([
    {
      key: 'b',
      label: 'draws means over seeds, or not',
      action: () => change({ isOverSeeds: !state.isOverSeeds }),
    },
    {
      key: 'l',
      label: 'makes the vertical axis logarithmic, or not',
      action: () => change({ isLogX: state.isLogX, isLogY: !state.isLogY }),
    },
    { key: '+', label: 'zooms in', action: () => zoom('in') },
    { key: '-', label: 'zooms out', action: () => zoom('out') },
    { key: ',', label: 'moves what is shown to the left', action: () => zoom('left') },
    { key: '.', label: 'moves what is shown to the right', action: () => zoom('right') },
    { key: '0', label: 'shows curves in their whole length', action: () => change({ zoom: null }) },
  ]);
  if (quantity === undefined) return <p class="note">No epoch is done yet.</p>;
  return (
    <>
      <CurveTools {...{ state, quantity, quantities, sets: findSets(quantity, curves), onChange: change }} />
      {series.length === 0 && (
        <p class="note">None of these images has {quantity.label}. Choose others above.</p>
      )}
      <div class="drawn">
        <CurveChart
          series={series}
          quantityLabel={quantity.label}
          state={state}
          onZoom={zoomTo}
          onPoint={setX}
        />
        <ValueTable series={series} quantity={quantity} x={x} xLabel={state.x} nameOf={nameOf} />
      </div>
      <Notes {...{ state, curves }} />
    </>
  );
}

function findSets(
  { metrics }: Quantity,
  curves: Courses['book'] extends null ? never : NonNullable<Courses['book']>['curves'],
) {
  return IMAGE_SETS.filter((set) =>
    curves.some((curve) => metrics[set] !== undefined && curve.metrics[metrics[set]] !== undefined),
  );
}

/** What a reader could otherwise take for what it is not. */
function Notes({
  state,
  curves,
}: {
  readonly state: CurveState;
  readonly curves: NonNullable<Courses['book']>['curves'];
}) {
  const thinned = curves.filter(({ epochs, recorded }) => epochs.length < recorded).map(({ run }) => run);
  return (
    <p class="note">
      {state.isOverSeeds &&
        'Bands are the mean ± the sample’s standard deviation, where at least two runs have a value. '}
      {state.smoothing > 0 && 'Lines are moving averages; dots are what was measured. '}
      {state.isLogY && 'A logarithmic axis has no place for 0. '}
      {thinned.length > 0 &&
        `Of run ${thinned.join(', ')} there are more epochs than a screen shows: the least and greatest values are drawn. `}
    </p>
  );
}

/** Of a place on an axis as many digits as a pixel is worth. */
function shorten(value: number): number {
  return Number(value.toPrecision(5));
}
