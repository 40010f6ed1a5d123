import type { ComponentType } from 'preact';

/** A view of the page. */
export interface View {
  /** In the address: `#/runs`. */
  readonly name: string;
  /** In the navigation, and in the window's title. Null for one that others lead to. */
  readonly title: string | null;
  /** Loaded when it is first shown. */
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}

/** All views, in the order of the navigation, a line each. */
export const VIEWS: readonly View[] = [
  { name: 'sql', title: 'SQL', load: () => import('./views/sql/sql-view.js') },
];
