import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findModule } from '../../src/parallel/threads.js';

describe('a process that trains', () => {
  it.skipIf(process.platform === 'win32')(
    'is said not to begin where no more files may be open',
    async () => {
      const module = pathToFileURL(findModule('src', 'experiment', 'trainer-process'));
      const code = `
      import { openSync } from 'node:fs';
      import { TrainerProcess } from ${JSON.stringify(module)};
      try { for (;;) openSync('/dev/null'); } catch {}
      await TrainerProcess.start({ workers: 1, profile: false }).catch(({ constructor, message }) => console.log(constructor.name, message));`;
      const script = 'ulimit -n 100 && exec "$0" --input-type=module --eval "$1"';
      const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath, code]);
      expect(stdout).toMatch(
        /^UnableToTrain trainer: expected a process that begins to train, found that it could not be started: .*EMFILE/,
      );
    },
  );
});
