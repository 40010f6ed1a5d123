/** Flags of Node.js that load something into every thread, with their values. */
const PRELOADS = /^(?:--require|-r|--import|--loader|--experimental-loader|--conditions|-C)(?:=|$)/;

/**
 * Flags for threads, where they cannot have those of the process: `--input-type` belongs to code that is given as text, and where a preloaded
 * module makes Node.js begin threads as ES modules, they refuse it for files. Then they get the preloads alone, since V8's flags hold for the
 * process as a whole.
 *
 * @param flags the process's
 * @returns undefined for the process's own
 */
export function chooseThreadFlags(flags: readonly string[]): string[] | undefined {
  if (!flags.some((flag) => /^--(?:input-type|experimental-default-type)(?:=|$)/.test(flag)))
    return undefined;
  return flags.flatMap((flag, i) => {
    if (!PRELOADS.test(flag)) return [];
    return flag.includes('=') ? [flag] : [flag, flags[i + 1]!];
  });
}
