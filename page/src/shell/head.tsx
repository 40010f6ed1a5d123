import type { DatabaseAnswer } from '../../../src/dashboard/answers/databases.js';
import { liveState } from '../lib/live.js';
import { hrefTo, setParams, useAddress } from '../lib/router.js';
import { useStore } from '../lib/store.js';
import { theme, turnTheme } from '../lib/theme.js';
import { VIEWS } from '../views.js';

interface HeadProps {
  readonly databases: readonly DatabaseAnswer[];
  readonly onHelp: () => void;
}

/** The page's head: what is shown, of which database, and how the stream stands. */
export function Head({ databases, onHelp }: HeadProps) {
  return (
    <header class="head">
      <span class="name">Convoy</span>
      <Navigation />
      <DatabaseChoice databases={databases} />
      <LiveMark />
      <button type="button" class="quiet" onClick={turnTheme}>
        Colours: {useStore(theme)}
      </button>
      <button type="button" class="quiet" onClick={onHelp} aria-label="Keys">
        ?
      </button>
    </header>
  );
}

function Navigation() {
  const { view } = useAddress();
  return (
    <nav aria-label="Views">
      <ul>
        {VIEWS.filter(({ title }) => title !== null).map(({ name, title }) => (
          <li key={name}>
            <a href={hrefTo(name)} aria-current={name === view ? 'page' : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** What one database has the other may not have: runs, sweeps, fields and what is said of them. */
const OF_ONE_DATABASE = Object.fromEntries(
  ['runs', 'sweep', 'measure', 'x', 'y', 'brush', 'pair', 'filter', 'zoom'].map((name) => [name, null]),
);

function DatabaseChoice({ databases }: Pick<HeadProps, 'databases'>) {
  const { params } = useAddress();
  if (databases.length < 2) return <span class="database">{databases[0]?.name}</span>;
  return (
    <label class="database">
      <span class="hidden">Database</span>
      <select
        value={params.db ?? '0'}
        onChange={(event) => setParams({ ...OF_ONE_DATABASE, db: event.currentTarget.value })}
      >
        {databases.map(({ db, name }) => (
          <option key={db} value={db}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function LiveMark() {
  const { isConnected, trouble } = useStore(liveState);
  const state = !isConnected ? 'not connected' : trouble === null ? 'live' : 'waiting';
  return (
    <span class={state === 'live' ? 'live connected' : 'live'} role="status">
      {state}
    </span>
  );
}
