import { expect, it } from 'vitest';
import { median } from '../../src/bench/median.js';

it.each([
  [[3], 3],
  [[10, 1, 9], 9],
  [[4, 1, 2, 3], 2.5],
])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected));
