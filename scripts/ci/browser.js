// The page in a browser, with all that `npm test` leaves out of it: thousands of runs, trainings that are watched: `npm run test:browser`.
import { existsSync } from 'node:fs';
import { CommandError, runCheck, runCounted } from './run.js';
import { root } from './work-copy.js';

const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';

runCheck('test:browser', async () => {
  if (!existsSync(browser)) {
    throw new CommandError(
      `expected the browser ${browser}, found none. Run: apt-get install chromium, or name one by CHROMIUM.`,
    );
  }
  // Not by `npm test`, which would hold the types of all tests against their sources again.
  const environment = { CONVOY_BROWSER: 'all' };
  return runCounted('node', ['scripts/test.js', 'test/browser'], { cwd: root, environment });
});
