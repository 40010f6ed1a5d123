// Runs recorded training steps again with threads of C++ under the thread sanitizer, which must find no race between the workers of a phase; and once
// without the barriers between phases, where it must find some.
import { join } from 'node:path';
import { copyAddon, linkPackages } from './addon.js';
import { CommandError, run, runCheck } from './run.js';
import { withWorkCopy } from './work-copy.js';

/** The steps of test/races/record-steps.ts. */
const RECORDED = [
  'lanes',
  'images',
  'minimal filtering',
  'branches',
  'shards',
  'ranks',
  'other kinds in lanes',
  'other kinds in images',
];
/** Tasks of a phase may be done in any order: the more workers have a share, the more tasks are held against each other. */
const WORKERS = 8;

runCheck('test:tsan', () =>
  withWorkCopy('tsan', async (folder) => {
    linkPackages(folder);
    copyAddon(folder);
    const replay = join(folder, 'replay');
    await run('g++', [
      ...[
        '-std=c++17',
        '-O1',
        '-g1',
        '-fsanitize=thread',
        '-ffp-contract=off',
        '-fno-math-errno',
        '-DCONVOY_TARGET=baseline',
      ],
      ...['-I', join(folder, 'native'), join(folder, 'native', 'targets', 'target.cc')],
      ...[join(folder, 'native', 'test', 'replay.cc'), '-pthread', '-o', replay],
    ]);
    const tsc = join(folder, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(process.execPath, [tsc, '-p', join(folder, 'test', 'races', 'tsconfig.json')], { cwd: folder });
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const check = (name, holds) => {
      if (!holds) process.stdout.write(`failed: ${name}\n`);
      counts[holds ? 'passed' : 'failed']++;
    };
    for (const name of RECORDED) {
      const file = join(folder, `steps of ${name}`);
      const record = join(folder, 'dist', 'test', 'races', 'record-steps.js');
      await run(process.execPath, [record, name, file, String(WORKERS)], { cwd: folder });
      const found = await findRace(replay, [file]);
      process.stdout.write(found.race ?? `${name}: ${found.printed}`);
      check(`no race in ${name}`, found.race === null);
      check(
        `races in ${name} without barriers`,
        (await findRace(replay, [file, '--no-barriers'])).race !== null,
      );
    }
    return counts;
  }),
);

/** What a replay printed, and the first race that it had, or null. */
async function findRace(replay, args) {
  try {
    const printed = await run(replay, args, { environment: { TSAN_OPTIONS: 'halt_on_error=1' } });
    return { printed, race: null };
  } catch (error) {
    if (!(error instanceof CommandError) || !error.message.includes('ThreadSanitizer: data race'))
      throw error;
    return { printed: '', race: error.message };
  }
}
