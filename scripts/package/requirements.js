// What a compiled addon needs of the machine that loads it.
import { spawnSync } from 'node:child_process';

/** The newest versions of symbols that a prebuilt addon may need: glibc of 2012 and the libstdc++ of GCC 5, older than what Node.js 20 needs itself. */
const NEWEST = { GLIBC: '2.17', GLIBCXX: '3.4.21', CXXABI: '1.3.9' };

/** Symbols without a version: what Node.js exports, and what may be missing. */
const FREE = /^napi_\w+$|^_ITM_|^__gmon_start__$/;

/**
 * The newest version that an addon needs of each library, such as { GLIBC: '2.14' }.
 *
 * @throws Error that names each symbol that is newer than it may be, or that nothing exports
 */
export function readRequirements(file) {
  const { status, stdout, stderr } = spawnSync('readelf', ['--wide', '--dyn-syms', file], {
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new Error(`${file}: could not be read: ${stderr || 'there is no readelf. Install binutils'}.`);
  return checkSymbols(stdout, file);
}

/** @param table what `readelf --dyn-syms` prints */
export function checkSymbols(table, file) {
  const needed = {};
  const wrong = [];
  for (const [, symbol, library, version] of table.matchAll(
    / UND (\w+)(?:@([A-Z]+)_([\d.]+))?(?: \(\d+\))?$/gm,
  )) {
    if (library === undefined) {
      if (!FREE.test(symbol)) wrong.push(symbol);
      continue;
    }
    if (NEWEST[library] === undefined || compareVersions(version, NEWEST[library]) > 0)
      wrong.push(`${symbol} of ${library} ${version}`);
    if (needed[library] === undefined || compareVersions(version, needed[library]) > 0)
      needed[library] = version;
  }
  if (wrong.length === 0) return needed;
  const limits = Object.entries(NEWEST).map(([library, version]) => `${library} ${version}`);
  throw new Error(
    `${file}: expected symbols of ${limits.join(', ')} at most, and Node-API's, found ${wrong.join(', ')}. Do without them in native/.`,
  );
}

function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const differences = left.map((part, i) => part - (right[i] ?? 0));
  return differences.find((difference) => difference !== 0) ?? left.length - right.length;
}
