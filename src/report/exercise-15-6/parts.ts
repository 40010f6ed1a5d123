import type { Part } from './part.js';
import { PART_B } from './part-b.js';
import { PART_C } from './part-c.js';
import { PART_D } from './part-d.js';
import { PART_E } from './part-e.js';
import { PART_F } from './part-f.js';
import { PART_G } from './part-g.js';
import { PART_H } from './part-h.js';
import { PART_I } from './part-i.js';
import { PART_J } from './part-j.js';

/** The parts of exercise 15.6 that ask for networks. Part (a), reading the data, is the program's own business. */
export const PARTS: readonly Part[] = [
  PART_B,
  PART_C,
  PART_D,
  PART_E,
  PART_F,
  PART_G,
  PART_H,
  PART_I,
  PART_J,
];
