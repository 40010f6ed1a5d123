import type { SearchAnswer, SearchSummary } from '../../../../src/dashboard/answers/search.js';
import { linkTo } from '../../lib/address.js';
import { useAnswer } from '../../lib/api.js';
import { useChanges } from '../../lib/changes.js';
import { go, hrefTo, useAddress } from '../../lib/router.js';
import { Choice } from '../../parts/choice.js';
import { CommandLine } from '../../parts/command-line.js';
import { DataTable } from '../../parts/data-table.js';
import { ImportanceTable } from '../../parts/importance-table.js';
import { RunName } from '../../parts/run-name.js';
import { History } from './history.js';
import { TrialsParallel } from './trials-parallel.js';
import '../../parts/article.css';

/** What searches have come to. */
export default function SearchView() {
  const address = useAddress();
  const changes = useChanges(null);
  const { answer: searches, error } = useAnswer<SearchSummary[]>('searches', {}, changes);
  const name = address.id ?? searches?.[0]?.name ?? null;
  if (error !== null) return <p role="alert">{error}</p>;
  if (searches === null) return <p aria-busy="true">…</p>;
  return (
    <article class="article search-view">
      {name === null ? (
        <>
          <h1>Searches</h1>
          <p class="standfirst">
            This database has no search. A sweep file with a “search” makes one: docs/search.md tells how.
          </p>
        </>
      ) : (
        <>
          <h1>Search {name}</h1>
          {searches.length > 1 && (
            <div class="choices">
              <Choice
                label="Search"
                value={name}
                options={searches.map((search) => ({
                  value: search.name,
                  label: `${search.name} (${search.complete} of ${search.trials} trials)`,
                }))}
                onChoose={(value) => go(linkTo(address, 'search', value))}
              />
            </div>
          )}
          <Search name={name} changes={changes} />
        </>
      )}
    </article>
  );
}

function Search({ name, changes }: { readonly name: string; readonly changes: number }) {
  const { answer, error } = useAnswer<SearchAnswer>(`searches/${encodeURIComponent(name)}`, {}, changes);
  if (error !== null) return <p role="alert">{error}</p>;
  if (answer === null) return <p aria-busy="true">…</p>;
  const { trials, importance, explanation, advice, report } = answer;
  return (
    <>
      <p class="standfirst">{tellStanding(answer)}</p>
      <p class="faint">{advice}</p>
      {trials.some(({ value }) => value !== null) && (
        <section>
          <h2>What each trial came to</h2>
          <History {...answer} />
        </section>
      )}
      <section>
        <h2>What matters</h2>
        <ImportanceTable
          caption="Share of the variance that each field tells"
          rows={importance.map(({ field, share }) => ({ key: field, name: field, share }))}
          explanation={`${explanation} A search that looks most where it is good sees less of the rest.`}
        />
        <p>
          <a href={hrefTo('grid', null, { sweep: name, runs: null })}>The same runs as a grid</a>
        </p>
      </section>
      {answer.parameters.length > 1 && (
        <section>
          <h2>All fields at once</h2>
          <TrialsParallel {...answer} />
        </section>
      )}
      <section>
        <h2>Trials, the best first</h2>
        <Trials {...answer} />
      </section>
      <section>
        <h2>To hand in</h2>
        <CommandLine
          purpose="This writes the report of the search, as a page and as Markdown"
          command={report}
        />
      </section>
    </>
  );
}

const STATES = { complete: 'complete', pruned: 'given up', waiting: 'waiting', running: 'running' } as const;

function tellStanding({ trials, ranked, parameters, objectives }: SearchAnswer): string {
  const count = (state: keyof typeof STATES) => trials.filter((trial) => trial.state === state).length;
  const parts = [`${count('complete')} of ${trials.length} trials complete`];
  for (const state of ['pruned', 'waiting', 'running'] as const)
    if (count(state) > 0) parts.push(`${count(state)} ${STATES[state]}`);
  const best = trials.find(({ trial, state }) => trial === ranked[0] && state === 'complete');
  if (best === undefined) return `${parts.join(', ')}.`;
  const chosen = parameters.flatMap((name, i) =>
    best.settings[i] === null ? [] : [`${name} ${best.settings[i]}`],
  );
  return `${parts.join(', ')}. The best so far is trial ${best.trial}: ${tellFigure(objectives[0]!, best.figures[0]!)}, with ${chosen.join(', ')}.`;
}

/** `validation error 27.5%` */
function tellFigure(objective: string, figure: string): string {
  const noun = objective.replace(/, %$/, '');
  return `${noun} ${figure}${noun === objective ? '' : '%'}`;
}

function Trials({ trials, ranked, parameters, objectives }: SearchAnswer) {
  const rank = new Map(ranked.map((trial, i) => [trial, i]));
  const rows = [...trials].sort(
    (a, b) =>
      (rank.get(a.trial) ?? trials.length) - (rank.get(b.trial) ?? trials.length) || a.trial - b.trial,
  );
  return (
    <DataTable
      caption={
        objectives.length > 1
          ? 'Trials; those that no other one is better than are marked ★'
          : 'Trials; the best is marked ★'
      }
      columns={[
        { title: 'trial', align: 'right' },
        ...parameters.map((title) => ({ title, align: 'right' as const })),
        ...objectives.map((title) => ({ title, align: 'right' as const })),
        { title: 'epochs', align: 'right' },
        { title: 'state' },
        { title: 'run' },
      ]}
      rows={rows.map(({ trial, settings, figures, epochs, state, isBest, runId }) => [
        isBest ? <strong>★ {trial}</strong> : trial,
        ...settings.map((setting) => setting ?? '–'),
        ...figures,
        epochs,
        STATES[state],
        runId === null ? '–' : <RunName run={runId} />,
      ])}
    />
  );
}
