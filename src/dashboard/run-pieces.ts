/** Runs that one statement reads, so that what it is given and gives stays short. */
export const RUNS_EACH = 500;
