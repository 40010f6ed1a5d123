import type { CompareAnswer, ComparedRun } from '../../../../src/dashboard/answers/compare.js';
import { MOST_COMPARED } from '../../../../src/dashboard/most-compared.js';
import { selectedRuns } from '../../lib/address.js';
import { useAnswer } from '../../lib/api.js';
import { useChanges } from '../../lib/changes.js';
import { hrefTo, useAddress } from '../../lib/router.js';
import { DataTable } from '../../parts/data-table.js';
import { RunName } from '../../parts/run-name.js';
import { ChooseRuns } from './choose-runs.js';
import { ComparedCurves } from './compared-curves.js';
import { Disputed } from './disputed.js';
import { Pairs } from './pairs.js';
import '../../parts/article.css';
import './compare.css';

/** Runs side by side. */
export default function CompareView() {
  const runs = selectedRuns(useAddress());
  const isEnough = runs.length >= 2;
  const isTooMany = runs.length > MOST_COMPARED;
  const { answer, error } = useAnswer<CompareAnswer>(
    isEnough && !isTooMany ? 'compare' : null,
    { runs: runs.join() },
    useChanges(runs),
  );
  return (
    <article class="article compare-view">
      <h1>{isEnough && !isTooMany ? `Runs ${runs.join(', ')} compared` : 'Compare runs'}</h1>
      {error !== null && <p role="alert">{error}</p>}
      {!isEnough && (
        <p class="standfirst">
          Choose two runs or more: by their boxes in the table of runs, or by their numbers.
        </p>
      )}
      {isTooMany && (
        <p class="standfirst">
          At most {MOST_COMPARED} runs are compared at once, and {runs.length} are selected. Take some out
          here, or look at all of them <a href={hrefTo('grid')}>as a grid</a> or{' '}
          <a href={hrefTo('curves')}>as curves</a>.
        </p>
      )}
      <ChooseRuns runs={runs} />
      {isEnough &&
        !isTooMany &&
        error === null &&
        (answer === null ? <p aria-busy="true">…</p> : <Comparison {...answer} />)}
    </article>
  );
}

function Comparison(compared: CompareAnswer) {
  const { runs, measures, verdict, pairs, differences } = compared;
  const isTested = runs.some(({ error }) => error !== null);
  return (
    <>
      {verdict.map((text, i) => (
        <p class={i === 0 ? 'standfirst' : undefined} key={text}>
          {text}
        </p>
      ))}
      <DataTable
        caption="The runs"
        hidesCaption
        columns={[
          { title: 'run' },
          { title: 'network' },
          { title: 'sweep' },
          { title: 'seed', align: 'right' },
          { title: 'state' },
          ...measures.map(({ title }) => ({ title, align: 'right' as const })),
          ...(isTested ? ['95% interval', 'wrong'] : []).map((title) => ({ title, align: 'right' as const })),
        ]}
        rows={runs.map((run, i) => [
          <RunName key={run.run} run={run.run} />,
          run.label,
          run.sweep,
          run.seed,
          run.state,
          ...measures.map(({ values }) => values[i]!),
          ...(isTested ? tellError(run) : []),
        ])}
      />
      <ComparedCurves runs={runs.map(({ run }) => run)} />
      {pairs.length > 0 && <Pairs pairs={pairs} />}
      {pairs.length > 0 && <Disputed {...compared} />}
      <section>
        <h2>In what they differ</h2>
        {differences.length === 0 ? (
          <p>In nothing that is recorded.</p>
        ) : (
          <DataTable
            caption="Fields in which the runs differ, defaults included"
            columns={[
              { title: 'field' },
              { title: 'of' },
              ...runs.map(({ run }) => ({ title: `run ${run}`, align: 'right' as const })),
            ]}
            rows={differences.map(({ section, field, values }) => [
              field,
              <span class="faint">{section}</span>,
              ...values.map(shorten),
            ])}
          />
        )}
      </section>
    </>
  );
}

function tellError({ error }: ComparedRun): string[] {
  return error === null ? ['–', '–'] : [error.interval, `${error.wrong} of ${error.images}`];
}

/** Longer values, as hashes are, nobody compares by eye. */
const LONG = 24;
/** More digits of a measured number say nothing. */
const DIGITS = 6;

function shorten(value: string) {
  const isFraction = /^-?\d+\.\d{5,}(e-?\d+)?$/.test(value);
  const short = isFraction
    ? String(Number(Number(value).toPrecision(DIGITS)))
    : value.length > LONG
      ? `${value.slice(0, 12)}…`
      : value;
  return short === value ? value : <span title={value}>{short}</span>;
}
