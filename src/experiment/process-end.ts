/** How a process ended, as Node.js tells it; neither is there where it could not even be started. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const MAX_TEXT = 300;

/** Lines of standard error that say what went wrong: of V8, C++'s run time, the sanitizers, the linker and Node.js. */
const TELLING =
  /FATAL ERROR:|# (?:Fatal error|Check failed)|ERROR: \w+Sanitizer|runtime error:|terminate called|what\(\):|Assertion|^\w*Error\b|: bad option|not allowed in NODE_OPTIONS|error while loading/;

/**
 * How a process ended, in words that follow "its process": `was ended by SIGSEGV`, `ended with exit code 7: Error: ...`.
 *
 * @param lines the last ones that it wrote to standard error
 */
export function describeEnd({ code, signal }: ProcessEnd, lines: readonly string[]): string {
  const told = findTelling(lines);
  if (/heap out of memory|heap limit/i.test(told)) {
    return `ran out of memory for JavaScript (${told}). Give it more: NODE_OPTIONS=--max-old-space-size=MEGABYTES`;
  }
  const ended = code === null ? 'could not be started' : `ended with exit code ${code}`;
  const how = signal === null ? ended : `was ended by ${signal}`;
  const why = told === '' ? (signal === 'SIGKILL' ? KILLED : '') : `: ${told}`;
  return `${how}${why}`;
}

const KILLED = ', by hand or by the system where memory ran out';

function findTelling(lines: readonly string[]): string {
  const told = lines.find((line) => TELLING.test(line)) ?? lines.findLast((line) => line.trim() !== '') ?? '';
  return told.trim().slice(0, MAX_TEXT);
}
