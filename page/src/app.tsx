import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
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
  const { answer: databases, error } = useAnswer<DatabaseAnswer[]>('databases', { db: null });
  const [helps, setHelps] = useState(false);
  const { trouble } = useStore(liveState);
  const view = VIEWS.find((candidate) => candidate.name === name);
  useKeys([{ key: '?', label: 'shows this list', action: () => setHelps(true) }]);
  useEffect(() => live.follow(params.db ?? '0'), [params.db]);
  useEffect(() => {
    document.title = view?.title ? `${view.title} · Convoy` : 'Convoy';
  }, [view]);
  return (
    <>
      <Head databases={databases ?? []} onHelp={() => setHelps(true)} />
      {(error ?? trouble) !== null && (
        <p class="trouble" role="alert">
          {error ?? trouble}
        </p>
      )}
      {/* A view of another database is another one: nothing of the first stays. */}
      <main key={params.db}>{view ? <Loaded key={name} view={view} /> : <Unknown name={name} />}</main>
      {helps && <Help onClose={() => setHelps(false)} />}
    </>
  );
}

function Loaded({ view }: { readonly view: View }) {
  const [Shown, setShown] = useState<ComponentType | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    view.load().then(
      (module) => setShown(() => module.default),
      (failure: Error) => setError(failure.message),
    );
  }, [view]);
  if (error !== null) return <p role="alert">{error}</p>;
  return Shown === null ? <p aria-busy="true">…</p> : <Shown />;
}

function Unknown({ name }: { readonly name: string }) {
  return (
    <p>
      There is no view “{name}”. <a href={hrefTo(VIEWS[0]!.name)}>{VIEWS[0]!.title}</a>
    </p>
  );
}
