import { useEffect } from 'preact/hooks';
import type { PicturesAnswer } from '../../../../src/dashboard/answers/pictures.js';
import type { Fact, RunAnswer } from '../../../../src/dashboard/answers/run.js';
import { MOST_COMPARED } from '../../../../src/dashboard/most-compared.js';
import { apiUrl, useAnswer } from '../../lib/api.js';
import { useChanges } from '../../lib/changes.js';
import { hrefTo, useAddress } from '../../lib/router.js';
import { CommandLine } from '../../parts/command-line.js';
import { DataTable } from '../../parts/data-table.js';
import { RunMark, RunName } from '../../parts/run-name.js';
import { Answers } from './answers.js';
import { Pictures } from './pictures.js';
import { SpecTable } from './spec-table.js';
import '../../parts/article.css';
import './run.css';

/** One run whole. */
export default function RunView() {
  const { id } = useAddress();
  const run = /^[1-9]\d*$/.test(id ?? '') ? Number(id) : null;
  const { answer, error } = useAnswer<RunAnswer>(
    run === null ? null : `runs/${run}`,
    {},
    useChanges(run === null ? [] : [run]),
  );
  useEffect(() => {
    if (answer) document.title = `Run ${answer.run}: ${answer.label} · Convoy`;
  }, [answer]);
  if (run === null) return <p role="alert">Expected a run’s number in the address, as in #/run/12.</p>;
  if (error !== null) return <p role="alert">{error}</p>;
  return answer === null ? <p aria-busy="true">…</p> : <Run {...answer} />;
}

function Run(run: RunAnswer) {
  // Its answers and its network are recorded when it ends.
  const pictures = useAnswer<PicturesAnswer>(`runs/${run.run}/pictures`, {}, run.state);
  return (
    <article class="article run-view">
      <h1>
        <RunMark run={run.run} />
        Run {run.run}: {run.label}
      </h1>
      <p class="standfirst">{tellResult(run)}</p>
      <Links {...run} />
      <section>
        <h2>What was asked for</h2>
        <SpecTable lines={run.spec} />
      </section>
      <section>
        <h2>Network</h2>
        {run.network === null ? (
          <p>{run.networkMissing}</p>
        ) : (
          <>
            <DataTable
              caption={`Layers of ${run.label}`}
              hidesCaption
              columns={run.network.columns}
              rows={run.network.rows}
            />
            {run.network.notes.map((note) => (
              <p class="faint small" key={note}>
                {note}
              </p>
            ))}
          </>
        )}
      </section>
      {run.epochs.rows.length > 0 && (
        <section>
          <h2>Epochs</h2>
          <DataTable
            caption="What was measured after each epoch"
            hidesCaption
            columns={run.epochs.titles.map((title) => ({ title, align: 'right' }))}
            rows={run.epochs.rows}
          />
        </section>
      )}
      <Answers {...run} classNames={pictures.answer?.classNames ?? []} />
      <Pictures run={run.run} {...pictures} />
      <section>
        <h2>Go on with it</h2>
        {run.commands.some(({ command }) => command.includes(run.specFile)) && (
          <p>
            Commands that train take the spec as a file:{' '}
            <a href={apiUrl(`runs/${run.run}/spec`)} download={run.specFile}>
              {run.specFile}
            </a>
          </p>
        )}
        {run.commands.map((command) => (
          <CommandLine key={command.purpose} {...command} />
        ))}
      </section>
      <section class="columns">
        <div>
          <h2>Record</h2>
          <Facts facts={run.facts} />
        </div>
        <div>
          <h2>Environment</h2>
          <Facts facts={run.environment} />
        </div>
      </section>
    </article>
  );
}

/** States in which a run may still come to something. */
const GOES_ON: ReadonlySet<RunAnswer['state']> = new Set(['queued', 'running', 'interrupted']);

function tellResult({ state, reason, result, interval, seed, sweep }: RunAnswer): string {
  const outcome =
    result === null
      ? `nothing ${GOES_ON.has(state) ? 'measured yet' : 'was measured'}`
      : `${result}${interval === null ? '' : ` (95% interval ${interval})`}`;
  const standing = reason === null ? state : `${state}, ${reason}`;
  return `${outcome.charAt(0).toUpperCase()}${outcome.slice(1)}; ${standing}. Seed ${seed} of the sweep ${sweep}.`;
}

function Links({ run, seeds, sweep }: RunAnswer) {
  const others = seeds.filter((other) => other !== run);
  const all = seeds.includes(run) ? seeds : [run, ...seeds];
  return (
    <ul class="links">
      <li>
        <a href={hrefTo('curves', null, { runs: String(run) })}>Its curves</a>
      </li>
      <li>
        <a href={hrefTo('grid', null, { sweep, runs: null })}>The grid of {sweep}</a>
      </li>
      {others.length > 0 && (
        <>
          <li>
            <a href={hrefTo('compare', null, { runs: all.slice(0, MOST_COMPARED).join() })}>
              Compare its seeds
            </a>
          </li>
          <li>
            Other seeds:{' '}
            {others.map((other) => (
              <>
                <RunName key={other} run={other} />{' '}
              </>
            ))}
          </li>
        </>
      )}
    </ul>
  );
}

function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}
