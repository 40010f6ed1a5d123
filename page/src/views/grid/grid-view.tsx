import { useRef } from 'preact/hooks';
import type { GridAnswer } from '../../../../src/dashboard/answers/grid.js';
import { makeFieldAxis } from '../../chart/field-axis.js';
import { useAnswer } from '../../lib/api.js';
import { useNews } from '../../lib/changes.js';
import { setParams, useAddress } from '../../lib/router.js';
import { Choice } from '../../parts/choice.js';
import { CommandLine } from '../../parts/command-line.js';
import { ImportanceTable } from '../../parts/importance-table.js';
import { Dots } from './dots.js';
import { HeatMap } from './heat-map.js';
import { isNews } from './is-news.js';
import { SettingsParallel } from './settings-parallel.js';
import { SettingsTable } from './settings-table.js';
import { VerdictSection } from './verdict-section.js';
import '../../parts/article.css';

/** Of more values a field is no second one: neither colours nor rows are enough. */
const MOST_COLOURS = 8;
const MOST_ROWS = 24;

/** What fields do to the error. */
export default function GridView() {
  const { params } = useAddress();
  const { sweep, runs, measure, x } = params;
  // A choice of another grid may not be there in this one.
  const shown = useRef<GridAnswer | null>(null);
  const chosen = runs?.split(',').map(Number) ?? null;
  const again = useNews((change) => shown.current === null || isNews({ ...shown.current, chosen }, change));
  const { answer, error } = useAnswer<GridAnswer>('grid', { sweep, runs, measure, x }, again);
  shown.current = answer;
  if (error !== null) {
    return (
      <article class="article">
        <h1>Grid</h1>
        <p role="alert">{error}</p>
        <button
          type="button"
          onClick={() => setParams({ sweep: null, runs: null, measure: null, x: null, y: null, brush: null })}
        >
          Begin anew
        </button>
      </article>
    );
  }
  return answer === null ? <p aria-busy="true">…</p> : <Grid {...answer} />;
}

function Grid(grid: GridAnswer) {
  const { params } = useAddress();
  const { sweep, settings, fields, field, measure, measures, runs, unfinished } = grid;
  const shown = measures.find(({ name }) => name === measure);
  const x = fields.find(({ name }) => name === field);
  const seconds = fields.filter(({ name, levels }) => name !== field && levels.length <= MOST_ROWS);
  const y = seconds.find(({ name }) => name === params.y) ?? (params.y === '' ? undefined : seconds[0]);
  const xAxis = x && makeFieldAxis(x);
  const yAxis = y && makeFieldAxis(y);
  const what = params.runs !== undefined ? 'the selected runs' : sweep === null ? 'all runs' : sweep;
  return (
    <article class="article grid-view">
      <h1>What matters in {what}</h1>
      <Choices
        {...grid}
        seconds={seconds.map(({ name, label }) => ({ value: name, label }))}
        second={y?.name ?? ''}
      />
      {shown === undefined ? (
        <p class="standfirst">
          {unfinished > 0
            ? `No run of these is finished; ${countOf(unfinished, 'is', 'are')} not done.`
            : 'There is no run here yet. Trainings and sweeps that are recorded in this database show up by themselves.'}
        </p>
      ) : (
        <>
          <p class="faint">
            {countOf(runs, 'finished run', 'finished runs')} of{' '}
            {countOf(settings.length, 'setting', 'settings')}
            {unfinished > 0 &&
              `; ${countOf(unfinished, 'that is not done is', 'that are not done are')} left out`}
            .
          </p>
          {x === undefined && <p class="standfirst">These runs differ in nothing but the seed.</p>}
          <VerdictSection {...grid} fieldLabel={x?.label ?? null} measure={shown} />
          {xAxis && (
            <section>
              <h2>
                {shown.label} against {xAxis.label}
                {yAxis && ` and ${yAxis.label}`}
              </h2>
              <Dots
                settings={settings}
                x={xAxis}
                by={yAxis && yAxis.levels.length <= MOST_COLOURS ? yAxis : null}
                measure={shown}
              />
              <p class="faint">
                A dot is a setting’s mean, the line its 95% interval: of the mean over seeds (Student), or of
                one run what its test images leave open (Wilson). Small dots are single runs.
              </p>
              {yAxis && x && x.levels.length <= MOST_ROWS && (
                <HeatMap settings={settings} x={xAxis} y={yAxis} measure={shown} />
              )}
            </section>
          )}
          {fields.length > 0 && (
            <section>
              <h2>What the order of the runs depends on</h2>
              <Importance {...grid} />
            </section>
          )}
          {fields.length > 1 && (
            <section>
              <h2>All fields at once</h2>
              <SettingsParallel settings={settings} fields={fields} measure={shown} />
            </section>
          )}
          <section>
            <h2>All settings, the best first</h2>
            <SettingsTable settings={settings} fields={fields} measure={shown} />
          </section>
          {grid.report !== null && (
            <section>
              <h2>To hand in</h2>
              <CommandLine
                purpose="This writes the report of the sweep, as a page and as Markdown"
                command={grid.report}
              />
            </section>
          )}
        </>
      )}
    </article>
  );
}

function countOf(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

interface ChoicesProps extends GridAnswer {
  readonly seconds: readonly { readonly value: string; readonly label: string }[];
  readonly second: string;
}

/** Other fields are there in other runs. */
const FIELDS_AGAIN = { x: null, y: null, brush: null, measure: null };

function Choices({ sweeps, sweep, measures, measure, fields, field, seconds, second }: ChoicesProps) {
  const { params } = useAddress();
  const selected = params.runs !== undefined;
  const options = [
    ...(selected ? [{ value: '\n', label: 'the selected runs' }] : []),
    ...sweeps.map((name) => ({ value: name, label: name })),
    { value: '', label: 'all runs' },
  ];
  return (
    <div class="choices">
      <Choice
        label="Sweep"
        value={selected ? '\n' : (sweep ?? '')}
        options={options}
        onChoose={(value) => setParams({ ...FIELDS_AGAIN, runs: null, sweep: value })}
      />
      {measures.length > 0 && (
        <Choice
          label="Compared by"
          value={measure ?? ''}
          options={measures.map(({ name, label }) => ({ value: name, label }))}
          onChoose={(value) => setParams({ measure: value })}
        />
      )}
      {fields.length > 0 && (
        <Choice
          label="Field"
          value={field ?? ''}
          options={fields.map(({ name, label }) => ({ value: name, label }))}
          onChoose={(value) => setParams({ x: value })}
        />
      )}
      {seconds.length > 0 && (
        <Choice
          label="Second field"
          value={second}
          options={[...seconds, { value: '', label: 'none' }]}
          onChoose={(value) => setParams({ y: value })}
        />
      )}
    </div>
  );
}

function Importance({ importance, together, fields, explanation }: GridAnswer) {
  const rows = importance.map(({ field, share }) => ({
    key: field,
    name: (
      <button type="button" class="link" onClick={() => setParams({ x: field })}>
        {fields.find(({ name }) => name === field)?.label}
      </button>
    ),
    share,
  }));
  // Corrected for chance, many settings of few runs may tell less than one field: then it tells nothing.
  const isTelling = together !== null && together >= Math.max(...importance.map(({ share }) => share ?? 0));
  const all = { key: '', name: 'all fields together (the rest lies between seeds)', share: together };
  return (
    <ImportanceTable
      caption="Share of the variance that each field tells"
      rows={isTelling ? [...rows, all] : rows}
      explanation={explanation}
    />
  );
}
