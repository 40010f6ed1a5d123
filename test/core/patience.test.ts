import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Patience, TICK_MS } from '../../src/core/patience.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('patience', () => {
  it('ends once, with the time that was silent', () => {
    const giveUp = vi.fn();
    new Patience(3 * TICK_MS, giveUp);
    vi.advanceTimersByTime(2 * TICK_MS);
    expect(giveUp).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10 * TICK_MS);
    expect(giveUp.mock.calls).toEqual([[3 * TICK_MS]]);
  });

  it('begins anew with a sign of life, and can be ended', () => {
    const giveUp = vi.fn();
    const patience = new Patience(3 * TICK_MS, giveUp);
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(2 * TICK_MS);
      patience.renew();
    }
    patience.end();
    vi.advanceTimersByTime(10 * TICK_MS);
    expect(giveUp).not.toHaveBeenCalled();
  });

  it('counts of a tick what it is told', () => {
    const giveUp = vi.fn();
    const patience = new Patience(3 * TICK_MS, giveUp, () => TICK_MS / 2);
    vi.advanceTimersByTime(5 * TICK_MS);
    expect(giveUp).not.toHaveBeenCalled();
    vi.advanceTimersByTime(TICK_MS);
    expect(giveUp).toHaveBeenCalledOnce();
    patience.end();
  });
});
