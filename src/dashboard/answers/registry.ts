import type { Answer } from '../answer.js';

/** All that a page can ask of a database, a line each. */
export const ANSWERS: readonly Answer[] = [];
