import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { loadAddon } from '../../src/kernels/native.js';
import { makeFolder } from '../experiment/fake-runs.js';

const ADDON = 'build/Release/convoy.node';
const FAILED_ATTEMPT = 'build/not-compiled';
const DATABASE_PACKAGE = 'node_modules/better-sqlite3';

/** The database's package, which is broken until it is rebuilt. */
const BROKEN_DATABASE = {
  [`${DATABASE_PACKAGE}/package.json`]: JSON.stringify({
    name: 'better-sqlite3',
    version: '1.0.0',
    scripts: { install: "node -e \"require('fs').writeFileSync('rebuilt', '')\"" },
  }),
  [`${DATABASE_PACKAGE}/index.js`]:
    "if (!require('fs').existsSync(__dirname + '/rebuilt')) throw new Error('NODE_MODULE_VERSION');\n" +
    'module.exports = class {};\n',
};
/** Of which it is asked whether it loads. */
const PICTURES = { 'node_modules/sharp/index.js': '' };
const WORKING_DATABASE = { ...BROKEN_DATABASE, [`${DATABASE_PACKAGE}/rebuilt`]: '' };

/** A project with the scripts that set one up, whose own builds only tell that they ran. */
function makeProject(files: Readonly<Record<string, string>>): string {
  const root = findPackageRoot();
  const folder = makeFolder();
  for (const name of ['set-up.js', 'sources.js', 'native-modules.js', 'test.js']) {
    cpSync(join(root, 'scripts', name), join(folder, 'scripts', name));
  }
  const tell = (what: string) => `node -e "require('fs').appendFileSync('ran', '${what} ')" --`;
  const scripts = {
    'build:native': tell('addon'),
    'build:ts': tell('typescript'),
    'build:page': tell('page'),
  };
  const own = {
    'package.json': JSON.stringify({
      name: 'project',
      version: '1.0.0',
      type: 'module',
      scripts,
      dependencies: { 'better-sqlite3': '1.0.0' },
      allowScripts: { 'better-sqlite3': true },
    }),
    'package-lock.json': '{}',
    'native/addon.cc': '',
    'src/index.ts': '',
    'dist/.tsbuildinfo': '',
    'page/index.html': '',
    'dist/page/index.html': '',
    [FAILED_ATTEMPT]: '',
    ...PICTURES,
    'node_modules/.package-lock.json': JSON.stringify({
      name: 'project',
      lockfileVersion: 3,
      packages: { [DATABASE_PACKAGE]: { version: '1.0.0', hasInstallScript: true } },
    }),
    ran: '',
  };
  for (const [name, text] of Object.entries({ ...own, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function run(folder: string, script: string, environment: Readonly<Record<string, string>> = {}) {
  const { CONVOY_KERNELS: _, ...outer } = process.env;
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'scripts', script)], {
    cwd: folder,
    env: { ...outer, ...environment },
    encoding: 'utf8',
  });
  return { status, stderr, ran: readFileSync(join(folder, 'ran'), 'utf8').trim() };
}

describe('setting up', () => {
  it.runIf(loadAddon())('does nothing where all is there', () => {
    const folder = makeProject(WORKING_DATABASE);
    mkdirSync(join(folder, 'build/Release'));
    cpSync(join(findPackageRoot(), ADDON), join(folder, ADDON));
    expect(run(folder, 'set-up.js')).toEqual({ status: 0, stderr: '', ran: '' });
  });

  it('compiles the addon again where its file is none', () => {
    const folder = makeProject({ ...WORKING_DATABASE, [ADDON]: 'not elf' });
    expect(run(folder, 'set-up.js')).toMatchObject({
      status: 0,
      ran: 'addon',
      stderr: expect.stringMatching(/^convoy: compiling the kernels \.\.\. \d+ s\n$/),
    });
  });

  it.runIf(loadAddon()).each(['native/addon.cc', 'src/kernels/constants.ts'])(
    'compiles the addon again where %s has changed since',
    (source) => {
      const folder = makeProject({ ...WORKING_DATABASE, 'src/kernels/constants.ts': '' });
      mkdirSync(join(folder, 'build/Release'));
      cpSync(join(findPackageRoot(), ADDON), join(folder, ADDON));
      const later = Date.now() / 1000 + 60;
      utimesSync(join(folder, source), later, later);
      expect(run(folder, 'set-up.js').ran).toContain('addon');
    },
  );

  it.each(['page/index.html', 'src/index.ts'])(
    'builds the page again where %s has changed since',
    (source) => {
      const folder = makeProject(WORKING_DATABASE);
      const later = Date.now() / 1000 + 60;
      utimesSync(join(folder, source), later, later);
      expect(run(folder, 'set-up.js').ran.split(' ')).toContain('page');
    },
  );

  it('does not try again what could not be compiled, until its sources change', () => {
    expect(run(makeProject(WORKING_DATABASE), 'set-up.js')).toMatchObject({ status: 0, ran: '' });
  });

  it('goes on with an attempt that was interrupted', () => {
    const folder = makeProject({ ...WORKING_DATABASE, 'build/config.gypi': '', 'build/Makefile': '' });
    rmSync(join(folder, FAILED_ATTEMPT));
    expect(run(folder, 'set-up.js').ran).toBe('addon');
  });

  it('rebuilds a database package that was compiled for another Node.js', () => {
    const folder = makeProject(BROKEN_DATABASE);
    expect(run(folder, 'set-up.js')).toMatchObject({ status: 0, ran: '' });
    expect(readFileSync(join(folder, DATABASE_PACKAGE, 'rebuilt'), 'utf8')).toBe('');
    expect(run(folder, 'set-up.js').stderr).toBe('');
  });

  it('says so where that does not help', () => {
    const stillBroken = { [`${DATABASE_PACKAGE}/index.js`]: "throw new Error('NODE_MODULE_VERSION');\n" };
    const { status, stderr } = run(makeProject({ ...BROKEN_DATABASE, ...stillBroken }), 'set-up.js');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /\nconvoy: better-sqlite3 was compiled and does not load in Node\.js v.*npm ci\n$/,
    );
  });
});

describe('compiling the addon', () => {
  const compile = (command: string) => {
    const folder = makeProject({ 'tools/node-gyp': `#!/bin/sh\n${command}\n`, [ADDON]: 'of older sources' });
    rmSync(join(folder, FAILED_ATTEMPT));
    chmodSync(join(folder, 'tools/node-gyp'), 0o755);
    cpSync(join(findPackageRoot(), 'scripts/build-native.js'), join(folder, 'scripts/build-native.js'));
    const { status } = run(folder, 'build-native.js', {
      npm_execpath: 'npm',
      PATH: `${join(folder, 'tools')}:${process.env.PATH}`,
    });
    const isThere = (file: string) => existsSync(join(folder, file));
    return { status, addon: isThere(ADDON), failedAttempt: isThere(FAILED_ATTEMPT) };
  };

  it('notes that it failed', () => {
    expect(compile('exit 1')).toEqual({ status: 1, addon: false, failedAttempt: true });
  });

  it('notes nothing where it was interrupted', () => {
    expect(compile('kill -INT $$')).toEqual({ status: 1, addon: false, failedAttempt: false });
  });
});

describe('the tests', () => {
  it.each([
    ['is missing', {}],
    ['is none', { [ADDON]: 'not elf' }],
  ])('fail with one line where the addon %s', (_, files) => {
    const { status, stderr } = run(makeProject({ ...WORKING_DATABASE, ...files }), 'test.js');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^convoy: npm test: expected the native kernels, .*npm run build:native.*\n$/);
  });
});
