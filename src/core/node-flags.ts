/** Flags of Node.js that are about how a process was started, with no meaning for what it starts itself. */
const OF_THE_START =
  /^--(?:input-type|experimental-default-type|inspect|test|watch|check|cpu-prof|heap-prof|interactive)(?:[-=]|$)|^-[ci]$/;

/** Flags that are followed by code, which is not to be run once more. */
const WITH_CODE = /^(?:-e|-p|-pe|--eval|--print)$/;

/** A process's flags for another one that it starts with a file of its own: memory limits, preloaded modules and the like. */
export function inheritFlags(flags: readonly string[]): string[] {
  return flags.filter(
    (flag, i) => !OF_THE_START.test(flag) && !WITH_CODE.test(flag) && !WITH_CODE.test(flags[i - 1] ?? ''),
  );
}
