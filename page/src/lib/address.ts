/** What the page shows, as its address says: `#/run/12?db=1&...`. */
export interface Address {
  /** The view's name. */
  readonly view: string;
  /** What comes after it: a run's number, a search's name. */
  readonly id: string | null;
  readonly params: Readonly<Record<string, string>>;
}

/** Parameters to change; null takes one out. */
export type ParamChanges = Readonly<Record<string, string | null>>;

/** Go with the reader from view to view: the database, and the selected runs. */
const TRAVELLING = ['db', 'runs'] as const;

/** Reads the part of an address after `#`. An empty one is that of the first view. */
export function parseAddress(hash: string, firstView: string): Address {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const [view = '', ...rest] = path.split('/');
  const id = rest.join('/');
  return {
    view: view === '' ? firstView : decode(view),
    id: id === '' ? null : decode(id),
    params: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The same again, beginning with `#`. Parameters stand in their order. */
export function formatAddress({ view, id, params }: Address): string {
  const path = [view, ...(id === null ? [] : [id])].map(encodeURIComponent).join('/');
  const query = new URLSearchParams(params).toString();
  return `#/${path}${query === '' ? '' : `?${query}`}`;
}

/** An address with some parameters changed. */
export function changeParams(address: Address, changes: ParamChanges): Address {
  const entries = Object.entries({ ...address.params, ...changes }).filter((entry) => entry[1] !== null);
  return { ...address, params: Object.fromEntries(entries) as Record<string, string> };
}

/** The address of another view, with what goes with the reader. */
export function linkTo(
  from: Address,
  view: string,
  id: string | null = null,
  changes: ParamChanges = {},
): Address {
  const kept = TRAVELLING.flatMap((name) =>
    from.params[name] === undefined ? [] : [[name, from.params[name]]],
  );
  return changeParams({ view, id, params: Object.fromEntries(kept) }, changes);
}

/** Which runs an address has selected, in their order. */
export function selectedRuns({ params }: Address): number[] {
  return (params.runs ?? '')
    .split(',')
    .filter((text) => /^[1-9]\d*$/.test(text))
    .map(Number);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
