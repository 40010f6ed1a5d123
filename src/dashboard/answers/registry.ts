import type { Answer } from '../answer.js';
import { CURVES } from './curves.js';
import { RUNS } from './runs.js';

/** All that a page can ask of a database, a line each. */
export const ANSWERS: readonly Answer[] = [
  // A line each.
  RUNS,
  CURVES,
];
