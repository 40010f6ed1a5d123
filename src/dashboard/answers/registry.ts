import type { Answer } from '../answer.js';
import { COMPARE } from './compare.js';
import { CURVES } from './curves.js';
import { GRID } from './grid.js';
import { IMAGE } from './image.js';
import { PICTURES } from './pictures.js';
import { RUN, SPEC } from './run.js';
import { RUNS } from './runs.js';
import { SEARCH, SEARCHES } from './search.js';
import { viewsAnswer } from './sql.js';

/** All that a page can ask of a database, a line each. */
export const ANSWERS: readonly Answer[] = [
  RUNS,
  CURVES,
  RUN,
  SPEC,
  PICTURES,
  IMAGE,
  COMPARE,
  GRID,
  SEARCHES,
  SEARCH,
  viewsAnswer,
];
