/**
 * Names of the platform in convoy's types: a program can be checked against those with neither the types of Node.js nor those of browsers, which
 * merge with these where they are there.
 */
declare global {
  interface AbortSignal {}
  interface URL {}
}

export {};
