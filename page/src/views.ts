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
  { name: 'runs', title: 'Runs', load: () => import('./views/runs/runs-view.js') },
  { name: 'curves', title: 'Curves', load: () => import('./views/curves/curves-view.js') },
  { name: 'run', title: null, load: () => import('./views/run/run-view.js') },
  { name: 'compare', title: 'Compare', load: () => import('./views/compare/compare-view.js') },
  { name: 'grid', title: 'Grid', load: () => import('./views/grid/grid-view.js') },
  { name: 'search', title: 'Search', load: () => import('./views/search/search-view.js') },
  { name: 'sql', title: 'SQL', load: () => import('./views/sql/sql-view.js') },
  { name: 'control', title: 'Control', load: () => import('./views/control/control-view.js') },
];
