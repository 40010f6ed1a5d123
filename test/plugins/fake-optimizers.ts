import { blocksOf } from './docs-blocks.js';
import { makePlugin } from './fake-plugin.js';

/** Lion, as docs/plugins.md shows it. */
export const LION = blocksOf('js').find((text) => text.includes("kind: 'lion'"))!;

/** w −= rate·v / ‖v‖, v = momentum·v + g: takes each parameter whole, in passes of its own. */
export const NORMALIZED = `
  export const normalized = {
    kind: 'normalized',
    schema: ({ momentum = 0.5 }) => ({ momentum }),
    slots: ({ size }) => ({ velocity: size }),
    countWorkFloats: (parameters) => parameters.length,
    plan({ parameters, work, learningRate, reportNonFinite }, { momentum }) {
      const over = (run, more) => ({
        over: 'blocks',
        blocks: parameters.length,
        ...more,
        run(first, count) {
          for (let p = first; p < first + count; p++) if (parameters[p].learns()) run(parameters[p], p);
        },
      });
      const measure = over(({ gradient, slots: { velocity } }, p) => {
        let sum = 0;
        for (let i = 0; i < gradient.length; i++) {
          velocity[i] = momentum * velocity[i] + gradient[i];
          sum += velocity[i] * velocity[i];
        }
        work[p] = Math.sqrt(sum) + 1e-9;
      }, { waits: true });
      const move = over(({ plan, weights, slots: { velocity } }, p) => {
        const rate = (learningRate() * plan.learningRateFactor) / work[p];
        for (let i = 0; i < weights.length; i++) {
          weights[i] -= rate * velocity[i];
          if (!Number.isFinite(weights[i])) reportNonFinite();
        }
      }, { waits: true, strays: true });
      return [measure, move];
    },
  };
`;

/** Files of the two. */
export function makeOptimizerPlugins(): string[] {
  return [makePlugin(LION, 'lion.mjs'), makePlugin(NORMALIZED, 'normalized.mjs')];
}
