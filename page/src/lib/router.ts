import {
  type Address,
  changeParams,
  formatAddress,
  linkTo,
  type ParamChanges,
  parseAddress,
} from './address.js';
import { Store, useStore } from './store.js';

const FIRST_VIEW = 'runs';

const current = new Store<Address>(readAddress());
addEventListener('hashchange', () => current.set(readAddress()));

function readAddress(): Address {
  return parseAddress(location.hash, FIRST_VIEW);
}

/** What the page's address says, which is the whole of its state. */
export function useAddress(): Address {
  return useStore(current);
}

export function getAddress(): Address {
  return current.get();
}

/** Goes there. With `replace` the way back leads to where the reader was before: for each letter of a filter for instance. */
export function go(address: Address, { replace = false } = {}): void {
  const hash = formatAddress(address);
  if (hash === formatAddress(current.get())) return;
  if (replace) history.replaceState(null, '', hash);
  else history.pushState(null, '', hash);
  // Not read again: a browser that finds the address changed too often leaves it as it was.
  current.set(address);
}

/** Changes parameters of the present address. */
export function setParams(changes: ParamChanges, options?: { readonly replace?: boolean }): void {
  go(changeParams(current.get(), changes), options);
}

/** For a link to another view, with the database and the selected runs of the present address. */
export function hrefTo(view: string, id: string | null = null, changes: ParamChanges = {}): string {
  return formatAddress(linkTo(current.get(), view, id, changes));
}
