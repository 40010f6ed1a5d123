import { expect, it } from 'vitest';
import { QUEUE_COSTS } from '../../src/bench/queue-costs.js';
import { type SimulatedField, type SimulatedPoint, simulateSweep } from '../../src/bench/simulated-sweep.js';

const POINT: SimulatedPoint = { trainSeconds: 10, networkBytes: 1e6, stateSeconds: null };
const simulate = (field: Partial<SimulatedField>, point: Partial<SimulatedPoint> = {}, costs = QUEUE_COSTS) =>
  simulateSweep(
    { ...POINT, ...point },
    { hosts: 1, lanes: 1, openPoints: 10_000, gigabits: 1, ...field },
    costs,
  );
const FREE = { pointMs: 0, reportMs: 0, megabyteMs: 0, redisMs: 0, laneMs: 0 };

it('comes to what lanes train where nothing else takes time', () => {
  const { pointsAnHour, boundAnHour, busy } = simulate({ hosts: 20, lanes: 2 }, { networkBytes: 0 }, FREE);
  expect(boundAnHour).toBeCloseTo(40 * 360);
  expect(pointsAnHour / boundAnHour).toBeCloseTo(1, 1);
  expect(busy).toEqual({ processor: 0, network: 0, redis: 0 });
});

it('comes to what the busiest of all serves, once there are hosts enough, and never beyond what operational analysis allows', () => {
  let before = 0;
  for (const hosts of [10, 50, 200, 800]) {
    const { pointsAnHour, boundAnHour } = simulate({ hosts });
    // A window of some points a lane catches a few more than are begun in it.
    expect(pointsAnHour).toBeLessThan(1.05 * boundAnHour);
    expect(pointsAnHour).toBeGreaterThan(0.98 * before);
    before = pointsAnHour;
  }
  const { pointsAnHour, boundAnHour, busy } = simulate({ hosts: 2000 });
  // What is left of the head's time goes to reports.
  expect(pointsAnHour / boundAnHour).toBeGreaterThan(0.7);
  expect(busy.processor).toBeGreaterThan(0.99);
});

it('finds the network full where networks are large, and workers unheard the longer the more they wait', () => {
  const [few, many] = [20, 400].map((hosts) => simulate({ hosts }, { networkBytes: 5e8 }, FREE));
  expect(few!.busy.network).toBeGreaterThan(0.99);
  expect(many!.silentSeconds).toBeGreaterThan(10 * few!.silentSeconds);
});

it('has no more points in training than the head lets out', () => {
  const { pointsAnHour } = simulate({ hosts: 50, openPoints: 10 });
  expect(pointsAnHour / simulate({ hosts: 10 }).pointsAnHour).toBeCloseTo(1, 1);
});

it('says the same each time', () => {
  expect(simulate({ hosts: 30 })).toEqual(simulate({ hosts: 30 }));
});
