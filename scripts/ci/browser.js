// The page in a browser, with all that `npm test` leaves out of it: thousands of runs, trainings that are watched: `npm run test:browser`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { CommandError, runCheck, runCounted } from './run.js';
import { root } from './work-copy.js';

const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';

/**
 * Before a command, for root: Chromium ends every request (ERR_NETWORK_CHANGED) when the machine gets or loses a network, as by the tests of queues
 * beside these. The page asks again, but a test would find the complaint.
 */
const IN_ITS_OWN_NETWORK = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

runCheck('test:browser', async () => {
  if (!existsSync(browser)) {
    throw new CommandError(
      `expected the browser ${browser}, found none. Run: apt-get install chromium, or name one by CHROMIUM.`,
    );
  }
  const [command, ...args] = [
    ...(canRun(...IN_ITS_OWN_NETWORK, 'true') ? IN_ITS_OWN_NETWORK : []),
    // Not by `npm test`, which would hold the types of all tests against their sources again.
    ...['node', 'scripts/test.js', 'test/browser'],
  ];
  return runCounted(command, args, { cwd: root, environment: { CONVOY_BROWSER: 'all' } });
});

function canRun(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
