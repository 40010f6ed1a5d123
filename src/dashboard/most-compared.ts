/** Runs that are compared at once: more columns than these are no longer read side by side. */
export const MOST_COMPARED = 12;
