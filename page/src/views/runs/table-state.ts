import type { Grouping } from '../../runs/groups.js';
import { formatSort, parseSort, type SortKey } from './sort.js';

/** What the table shows, as the page's address has it. */
export interface TableState {
  readonly filter: string;
  readonly sort: readonly SortKey[];
  /** Columns that stay at the left. */
  readonly pinned: readonly string[];
  /** Columns that would be shown, but are not. */
  readonly hidden: readonly string[];
  /** Columns that would not be shown, but are. */
  readonly shown: readonly string[];
  /** Null for a row a run. */
  readonly grouping: Grouping | null;
}

type Params = Readonly<Record<string, string | undefined>>;

/** Reads the address; what it does not say is as at first. */
export function readTableState(params: Params): TableState {
  const group = params.group ?? '';
  return {
    filter: params.filter ?? '',
    sort: parseSort(params.sort ?? ''),
    pinned: readList(params.pin),
    hidden: readList(params.hide),
    shown: readList(params.show),
    grouping: group === '' ? null : group === 'seeds' ? 'seeds' : readList(group),
  };
}

/** The parameters of the address that say it; null for what is as at first. */
export function writeTableState(state: Partial<TableState>): Record<string, string | null> {
  const { filter, sort, pinned, hidden, shown, grouping } = state;
  const written: Record<string, string | null> = {};
  if (filter !== undefined) written.filter = filter || null;
  if (sort !== undefined) written.sort = formatSort(sort) || null;
  if (pinned !== undefined) written.pin = pinned.join() || null;
  if (hidden !== undefined) written.hide = hidden.join() || null;
  if (shown !== undefined) written.show = shown.join() || null;
  if (grouping !== undefined) written.group = grouping?.toString() || null;
  return written;
}

function readList(text: string | undefined): string[] {
  return [...new Set((text ?? '').split(',').filter((part) => part !== ''))];
}

/** A list with an item in it, or without it if it was. */
export function turnItem(list: readonly string[], item: string): string[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}
