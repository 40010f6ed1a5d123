// Installs, builds and tests a copy of the checkout under another version of Node.js: `npm run test:node -- 22`.
import { join } from 'node:path';
import { NODE_PACKAGE, NODE_VERSIONS } from './node-versions.js';
import { installPackages } from './packages.js';
import { CommandError, run, runCheck, runCounted } from './run.js';
import { withWorkCopy } from './work-copy.js';

/** What depends on Node.js most: the addon, the database, worker threads, files, commands. */
const SUITES = [
  'test/train.test.ts',
  'test/train-ends.test.ts',
  'test/experiment',
  'test/parallel',
  'test/workers',
  'test/checkpoint',
  'test/dataset',
  'test/image',
  'test/cli',
];

const [major] = process.argv.slice(2);
const suites = process.argv.includes('--long') ? [] : SUITES;

runCheck(`test:node ${major}`, () => {
  const version = NODE_VERSIONS[major];
  if (!version)
    throw new CommandError(`expected one of ${Object.keys(NODE_VERSIONS).join(', ')}, found ${major}.`);
  return withWorkCopy(`node-${major}`, async (folder, packagesFolder) => {
    const node = join(await installPackages(packagesFolder, { [NODE_PACKAGE]: version }), NODE_PACKAGE);
    const environment = {
      PATH: `${join(node, 'bin')}:${process.env.PATH}`,
      npm_config_nodedir: node,
      // Packages with native code are compiled here: what they would download may be of another origin than npm's registry.
      npm_config_build_from_source: 'true',
    };
    const found = (await run('node', ['--version'], { environment })).trim();
    if (found !== `v${version}`) throw new CommandError(`expected Node.js ${version}, found ${found}.`);
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, environment });
    // Not by `npm test`, which would hold the types of all tests against their sources first: those are the same under each Node.js.
    return runCounted('node', ['scripts/test.js', ...suites], { cwd: folder, environment });
  });
});
