import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findPackageRoot } from '../src/core/paths.js';
import { LAYER_KINDS } from '../src/layers/registry.js';
import { layOutModel } from '../src/network/memory.js';
import { planNetwork } from '../src/network/plan.js';
import { cutMiniBatch } from '../src/network/shards.js';
import { resolveRunSpec } from '../src/run/spec.js';

const FLOAT_BYTES = 4;
const BATCH = 1024;
/** Images a second of one machine, from docs/performance.md. */
const MACHINE_RATE = 256;
/** From one machine to another, and back into JavaScript. */
const LATENCY_MS = 0.1;
const MACHINES = [1, 2, 4, 8, 16, 32, 64];
const GIGABITS = [1, 10, 25];

const { network } = resolveRunSpec({ model: 'vgg16-cifar' });

/** What one of so many machines receives in a step, and in how many exchanges. */
function planTraffic(machines: number) {
  const plan = planNetwork(
    network,
    cutMiniBatch({ batchSize: BATCH, slices: 12, shards: machines }, LAYER_KINDS),
  );
  const { piece } = layOutModel(plan, undefined, { first: 0, count: 1 }).cut;
  // Of each shard's gradient its own piece, and then of the joined one the others'.
  const gradients = 2 * (machines - 1) * piece;
  const statistics = ((machines - 1) / machines) * plan.jointFloats;
  const normalizations = plan.steps.filter(({ layer }) => layer.valuesPerStatistic !== undefined).length;
  return {
    bytes: machines === 1 ? 0 : FLOAT_BYTES * (gradients + statistics),
    exchanges: 2 * normalizations + 3,
  };
}

/** Images a second: products, then exchanges, none of them at once. */
function estimateRate(machines: number, gigabits: number): number {
  const { bytes, exchanges } = planTraffic(machines);
  const computeMs = (1000 * BATCH) / machines / MACHINE_RATE;
  const waitMs = exchanges * LATENCY_MS * Math.ceil(Math.log2(machines));
  const exchangeMs = (8 * bytes) / gigabits / 1e6;
  return (1000 * BATCH) / (computeMs + exchangeMs + waitMs);
}

it('is what docs/ranks.md tells of VGG-16', () => {
  const count = (value: number) => Math.round(value).toLocaleString('en-US');
  const rows = MACHINES.map((machines) => {
    const rates = GIGABITS.map((gigabits) => count(estimateRate(machines, gigabits)));
    return `| ${[machines, (planTraffic(machines).bytes / 1e6).toFixed(1), ...rates].join(' | ')} |`;
  });
  const page = readFileSync(join(findPackageRoot(), 'docs', 'ranks.md'), 'utf8');
  for (const row of rows) expect(page).toContain(row);
  expect(page).toContain(`in ${planTraffic(2).exchanges} exchanges`);
});
