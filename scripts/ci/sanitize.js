// Compiles the addon with the address and the undefined-behaviour sanitizer and runs the kernel suite, hostile calls and steps of networks on it:
// with --soak nothing but all the hostile calls of docs/promises.md. Arenas are looked into (native/arena-guard.h).
import { compileAddon, linkPackages } from './addon.js';
import { CommandError, run, runCheck, runCounted } from './run.js';
import { withWorkCopy } from './work-copy.js';

const HOSTILE_CALLS = 'test/promises/13-kernel-arguments.test.ts';
/** What holds the native kernels against an oracle, and every pass of some networks against other orders of the same. */
const SUITES = [
  HOSTILE_CALLS,
  'test/network/phases.test.ts',
  'test/kernels/native.test.ts',
  'test/kernels/winograd.test.ts',
  'test/kernels/probes.test.ts',
];
/** What calls them as a run does, too: whole layers, steps of training, several threads. */
const LONG_SUITES = [
  ...SUITES,
  'test/layers',
  'test/network',
  'test/optim',
  'test/workers',
  'test/train.test.ts',
  'test/train-ends.test.ts',
];

const soak = process.argv.includes('--soak');
const suites = soak ? [HOSTILE_CALLS] : process.argv.includes('--long') ? LONG_SUITES : SUITES;
const SANITIZERS = '-fsanitize=address,undefined';
/** Of a test, or the soak's own: what is looked at takes several times as long. */
const LIMITS = soak ? [] : ['--testTimeout=300000'];

runCheck('test:sanitize', () =>
  withWorkCopy('sanitize', async (folder) => {
    linkPackages(folder);
    const flags = `${SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1 -O1`;
    await compileAddon(folder, { environment: { CXXFLAGS: flags, LDFLAGS: SANITIZERS } });
    await run(process.execPath, ['node_modules/typescript/bin/tsc'], { cwd: folder });
    return runCounted(process.execPath, ['scripts/test.js', ...suites, ...LIMITS], {
      cwd: folder,
      environment: {
        LD_PRELOAD: await findRuntime(),
        // Node.js does not free what it holds to its end. A length that cannot be allocated is an error that it reports itself.
        ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1',
        UBSAN_OPTIONS: 'print_stacktrace=1',
        CONVOY_SUITE_GUARDS: 'none',
        ...(soak ? { CONVOY_SOAK: '1' } : {}),
      },
    });
  }),
);

/** The address sanitizer's library, which must come before all others. */
async function findRuntime() {
  const file = (await run('gcc', ['-print-file-name=libasan.so'])).trim();
  if (!file.startsWith('/'))
    throw new CommandError('expected the library libasan.so of gcc, found none. Run: apt-get install g++');
  return file;
}
