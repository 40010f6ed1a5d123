import { spawnSync } from 'node:child_process';
import { describe, expect } from 'vitest';
import { countOf, IS_SOAK } from '../../helpers/soak.js';
import { Field, type Running } from './field.js';
import { makeHosts } from './hosts.js';

/** Asked for by `npm run test:queue`, and by the soak. */
const IS_WANTED = Boolean(process.env.CONVOY_QUEUE) || IS_SOAK;
const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0;
/** Of a test. */
const LIMIT_MS = countOf({ share: 240_000, whole: 3_600_000 });
/** Of workers that are waited for: in the soak as long as where nobody says so. */
const SILENCE = countOf({ share: 5, whole: 15 });

/** So that a run is met in its middle. */
export const LONG = { trainCount: 3000, epochs: 20 };

/** Tests of sweeps by a Redis that is there. */
export function describeSweeps(title: string, tests: () => void): void {
  const named = HAS_REDIS ? title : `${title}: left out, as there is no redis-server`;
  describe.runIf(IS_WANTED && HAS_REDIS)(named, { timeout: LIMIT_MS }, tests);
}

/** Two hosts, a grid and what one machine comes to; heads that workers of both hosts reach. */
export async function openField(points: number, base: object = {}) {
  const hosts = makeHosts();
  const field = await Field.open(hosts);
  field.writeGrid(points, base);
  const alone = await field.trainHere();
  // Reached from both of them, as each host sends what it does not know by its gateway.
  const [{ gateway }] = hosts;
  /** @param listen where it was before; absent: at any port that is free */
  const startHead = (db = 'queue.db', listen = gateway, more: readonly string[] = []) =>
    field.startHead(db, { args: ['--listen', listen, '--silence', String(SILENCE), ...more] });
  return { field, hosts, alone, startHead };
}

/** Where a head says that workers find it. */
export async function findAddress(head: Running): Promise<string> {
  const pattern = /workers find this process at http:\/\/(\S+)/;
  await head.waitFor(pattern);
  return pattern.exec(head.printed)![1]!;
}

export async function expectEnd(process: Running, code = 0): Promise<void> {
  const found = await process.ended;
  expect(found, process.printed).toBe(code);
}
