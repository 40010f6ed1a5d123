import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { estimateRate, planTraffic } from '../../src/bench/rank-model.js';
import { findPackageRoot } from '../../src/core/paths.js';
import { resolveRunSpec } from '../../src/run/spec.js';

const MACHINES = [1, 2, 4, 8, 16, 32, 64];
const GIGABITS = [1, 10, 25];

it('is what docs/ranks.md tells of VGG-16', () => {
  const { network } = resolveRunSpec({ model: 'vgg16-cifar' });
  // The rate of one machine is of docs/performance.md.
  const run = { network, batchSize: 1024, machineRate: 256, latencyMs: 0.1 };
  const count = (value: number) => Math.round(value).toLocaleString('en-US');
  const rows = MACHINES.map((machines) => {
    const rates = GIGABITS.map((gigabits) => count(estimateRate(run, machines, gigabits)));
    return `| ${[machines, (planTraffic(run, machines).bytes / 1e6).toFixed(1), ...rates].join(' | ')} |`;
  });
  const page = readFileSync(join(findPackageRoot(), 'docs', 'ranks.md'), 'utf8');
  for (const row of rows) expect(page).toContain(row);
  expect(page).toContain(`in ${planTraffic(run, 2).exchanges} exchanges`);
});
