import type { ComponentType } from 'preact';
import { useEffect, useErrorBoundary, useState } from 'preact/hooks';
import type { DatabaseAnswer } from '../../src/dashboard/answers/databases.js';
import { useAnswer } from './lib/api.js';
import { useKeys } from './lib/keys.js';
import { live, liveState } from './lib/live.js';
import { hrefTo, useAddress } from './lib/router.js';
import { useStore } from './lib/store.js';
import { Head } from './shell/head.js';
import { Help } from './shell/help.js';
import { VIEWS, type View } from './views.js';

/** The whole page: its head, and the view that the address names. */
export function App() {
  const { view: name, params } = useAddress();
  const stream = useStore(liveState);
  // A stream that has ended does not say why; the answer to this does.
  const { answer: databases, error } = useAnswer<DatabaseAnswer[]>('databases', { db: null }, stream);
  const [helps, setHelps] = useState(false);
  const view = VIEWS.find((candidate) => candidate.name === name);
  useKeys([{ key: '?', label: 'shows this list', action: () => setHelps(true) }]);
  useEffect(() => live.follow(params.db ?? '0'), [params.db]);
  useEffect(() => {
    document.title = view?.title ? `${view.title} · Convoy` : 'Convoy';
  }, [view]);
  return (
    <>
      <Head databases={databases ?? []} onHelp={() => setHelps(true)} />
      {(error ?? stream.trouble) !== null && (
        <p class="trouble" role="alert">
          {error ?? stream.trouble}
        </p>
      )}
      {/* A view of another database is another one: nothing of the first stays. */}
      <main key={params.db}>{view ? <Loaded key={name} view={view} /> : <Unknown name={name} />}</main>
      {helps && <Help onClose={() => setHelps(false)} />}
    </>
  );
}

/** A view once its script has come. What goes wrong in it leaves the rest of the page alone. */
function Loaded({ view }: { readonly view: View }) {
  const address = useAddress();
  const { isConnected } = useStore(liveState);
  const [failure, forget] = useErrorBoundary();
  const [Shown, setShown] = useState<ComponentType | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    view.load().then(
      (module) => setShown(() => module.default),
      (failure: Error) => setError(failure.message),
    );
  }, [view, isConnected]);
  useEffect(() => {
    if (failure !== undefined) forget();
  }, [address]);
  if (failure !== undefined) {
    return (
      <p role="alert">
        This view failed: {(failure as Error).message}.{' '}
        <a href={hrefTo(view.name, null, { runs: null })}>Begin anew</a>
      </p>
    );
  }
  if (Shown === null && error !== null) {
    return (
      <div role="alert">
        <p>
          This view could not be loaded. It is tried again once the page’s server can be reached. ({error})
        </p>
        <button type="button" onClick={() => location.reload()}>
          Load the page anew
        </button>
      </div>
    );
  }
  return Shown === null ? <p aria-busy="true">…</p> : <Shown />;
}

function Unknown({ name }: { readonly name: string }) {
  return (
    <p>
      There is no view “{name}”. <a href={hrefTo(VIEWS[0]!.name)}>{VIEWS[0]!.title}</a>
    </p>
  );
}
