// Compiles the addon with Clang, and holds what its kernels compute against the checkout's own build, on every instruction set of this machine.
import { compileAddon, copyAddon, linkPackages } from './addon.js';
import { compareDigests, compileDigests, listSets, readDigests } from './digests.js';
import { requireCommands, runCheck, sumCounts } from './run.js';
import { withWorkCopy } from './work-copy.js';

const long = process.argv.includes('--long');

runCheck('test:clang', () => {
  requireCommands({ 'clang++-19': 'clang-19' });
  return withWorkCopy('clang', async (folder) => {
    linkPackages(folder);
    copyAddon(folder);
    await compileDigests(folder);
    const sets = await listSets(folder);
    const readAll = () => Promise.all(sets.map((set) => readDigests(folder, set, { long })));
    const expected = await readAll();
    await compileAddon(folder, { environment: { CC: 'clang-19', CXX: 'clang++-19' } });
    const actual = await readAll();
    return sumCounts(sets.map((set, i) => compareDigests(`${set} by Clang`, expected[i], actual[i])));
  });
});
