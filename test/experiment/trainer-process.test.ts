import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findModule } from '../../src/parallel/threads.js';
import { isAlive } from '../helpers/processes.js';
import { makePlugin, makePluginFolder } from '../plugins/fake-plugin.js';

const START = `
  import { TrainerProcess } from ${JSON.stringify(pathToFileURL(findModule('src', 'experiment', 'trainer-process')))};
  await TrainerProcess.start({ workers: 1, profile: false })`;

describe('a process that trains', () => {
  it.skipIf(process.platform === 'win32')(
    'is said not to begin where no more files may be open',
    async () => {
      const code = `
      import { openSync } from 'node:fs';
      try { for (;;) openSync('/dev/null'); } catch {}
      ${START}.catch(({ constructor, message }) => console.log(constructor.name, message));`;
      // Modules are opened many at a time.
      const script = 'ulimit -n 1000 && exec "$0" --input-type=module --eval "$1"';
      const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath, code]);
      expect(stdout).toMatch(
        /^UnableToTrain trainer: expected a process that begins to train, found that it could not be started: .*EMFILE/,
      );
    },
  );

  it.runIf(existsSync('/proc'))('goes with its parent, also where its event loop is held up', async () => {
    const file = join(makePluginFolder(), 'pid');
    const holdUp = makePlugin(`
      import { writeFileSync } from 'node:fs';
      if (process.argv[1]?.endsWith('trainer.js')) setTimeout(() => {
        writeFileSync(${JSON.stringify(file)}, String(process.pid));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      }, 500);`);
    const flags = ['--import', pathToFileURL(holdUp).href, '--input-type=module', '--eval', START];
    const parent = spawn(process.execPath, flags, { stdio: 'ignore' });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const readPid = () => existsSync(file) && Number(readFileSync(file, 'utf8'));
    await expect.poll(readPid, { timeout: 30_000 }).toBeGreaterThan(0);
    const child = Number(readPid());
    onTestFinished(() => void (isAlive(child) && process.kill(child, 'SIGKILL')));
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(child), { timeout: 30_000 }).toBe(false);
  });
});
