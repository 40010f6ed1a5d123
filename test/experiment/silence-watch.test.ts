import { describe, expect, it } from 'vitest';
import { HEARTBEAT_INTERVAL_MS, SilenceWatch } from '../../src/experiment/silence-watch.js';

/** A watch by a clock of the test's own. */
function makeWatch() {
  const clock = { ms: 1e9 };
  return { watch: new SilenceWatch(() => clock.ms), clock };
}

describe('a silence', () => {
  it('is found after three minutes of looking, never at a first look', () => {
    const { watch, clock } = makeWatch();
    let looks = 0;
    while (!watch.isSilent(1, 'a')) {
      looks++;
      clock.ms += HEARTBEAT_INTERVAL_MS;
    }
    expect(looks * HEARTBEAT_INTERVAL_MS).toBe(180_000);
  });

  it('ends with every heartbeat, also one that counts backwards', () => {
    const { watch, clock } = makeWatch();
    for (let look = 0; look < 100; look++) {
      expect(watch.isSilent(1, `heartbeat ${-Math.floor(look / 10)}`)).toBe(false);
      clock.ms += HEARTBEAT_INTERVAL_MS;
    }
  });

  it('is not the time in which nobody looked, as while both were paused', () => {
    const { watch, clock } = makeWatch();
    watch.isSilent(1, 'a');
    clock.ms += 24 * 3_600_000;
    expect(watch.isSilent(1, 'a')).toBe(false);
    clock.ms += HEARTBEAT_INTERVAL_MS;
    expect(watch.isSilent(1, 'a')).toBe(false);
  });

  it("is one's own", () => {
    const { watch, clock } = makeWatch();
    for (let look = 0; look < 20; look++) {
      watch.isSilent(1, 'a');
      clock.ms += HEARTBEAT_INTERVAL_MS;
    }
    expect(watch.isSilent(2, 'a')).toBe(false);
    expect(watch.isSilent(1, 'a')).toBe(true);
  });
});
