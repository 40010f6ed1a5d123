import { useMemo, useState } from 'preact/hooks';
import { hrefTo } from '../../lib/router.js';
import { CurveChart } from '../curves/curve-chart.js';
import { QUANTITIES, readCurveState } from '../curves/curve-state.js';
import { listSeries } from '../curves/series.js';
import { useCourses } from '../curves/use-courses.js';

/** The view of the curves has all choices; here is what it shows at first. */
const AT_FIRST = readCurveState({});

/** The courses of runs over one another. */
export function ComparedCurves({ runs }: { readonly runs: readonly number[] }) {
  const { book, revision, error } = useCourses(runs);
  const [zoom, setZoom] = useState(AT_FIRST.zoom);
  const quantity = QUANTITIES.find(({ metrics }) =>
    Object.values(metrics).some((metric) =>
      book?.curves.some(({ metrics }) => metrics[metric] !== undefined),
    ),
  );
  const series = useMemo(
    () => (book && quantity ? listSeries(book.curves, quantity, AT_FIRST, (run) => run) : []),
    [book, revision, quantity],
  );
  return (
    <section class="compared-curves">
      <h2>Their curves</h2>
      {error !== null && <p role="alert">{error}</p>}
      {book === null && error === null && <p aria-busy="true">Reads the curves …</p>}
      {quantity && series.length > 0 && (
        <CurveChart
          series={series}
          quantityLabel={quantity.label}
          state={{ ...AT_FIRST, zoom }}
          onZoom={setZoom}
          onPoint={() => undefined}
        />
      )}
      <p>
        {new Set(series.map(({ set }) => set)).size > 1 &&
          'Solid lines are of test images, dashed ones of validation images. '}
        <a href={hrefTo('curves', null, { runs: runs.join() })}>Their curves with all choices</a>
      </p>
    </section>
  );
}
