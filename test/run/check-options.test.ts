import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { makeDataset } from '../../src/dataset/make-dataset.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { TrainOptions } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const dataset = makeTinyDataset();
const SMALL: RunSpec = {
  network: { input: [28, 28, 1], layers: [{ kind: 'fully-connected', units: 10 }] },
  epochs: 1,
};

describe('the options of a training', () => {
  it.each<[unknown, string]>([
    [null, 'expected object, found null.'],
    [{ worker: 1 }, "unknown field 'worker'. Did you mean 'workers'?"],
    [{ workers: '2' }, 'field \'workers\': expected number, found "2".'],
    [{ workers: Number.NaN }, "field 'workers': expected number, found NaN."],
    [{ pool: {} }, "field 'pool': expected a WorkerPool, found {}."],
    [{ signal: new AbortController() }, "field 'signal': expected an AbortSignal, found an AbortController."],
    [
      { plugins: 'layer.mjs' },
      "field 'plugins': expected a list of files, or what loadPlugins has made of them",
    ],
    [{ force: 'yes' }, 'field \'force\': expected boolean, found "yes".'],
    [{ onEpoch: 'print' }, 'field \'onEpoch\': expected a function, found "print".'],
    [{ checkpoints: {} }, "field 'checkpoints.folder': expected string, found nothing."],
    [
      { checkpoints: { folder: 'runs', everySteps: 0.5 } },
      "field 'checkpoints.everySteps': expected int, found 0.5.",
    ],
    [
      { checkpoints: { folder: 'runs', every: 5 } },
      "unknown field 'every' in 'checkpoints'. Did you mean 'everySteps'?",
    ],
    [
      { checkpoints: { folder: 'runs', untilEpoch: 1.5 } },
      "field 'checkpoints.untilEpoch': expected int, found 1.5.",
    ],
    [{ checkpoints: { folder: 'runs', keep: 'all' } }, "field 'checkpoints.keep': expected"],
    [JSON.parse('{"__proto__": {"workers": 1}}'), "unknown field '__proto__'. Valid: "],
    [{ constructor: 1 }, "unknown field 'constructor'. Valid: "],
  ])('%j is refused', async (options, message) => {
    const refused = train(SMALL, options as TrainOptions);
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(`train: options: ${message}`);
  });

  it('take data that fit together, in shared memory or not', async () => {
    const { sha256: _, ...parts } = dataset;
    const copy = ({ count, pixels, labels }: typeof parts.train) => ({
      count,
      pixels: Uint8Array.from(pixels),
      labels: Uint8Array.from(labels),
    });
    const own = makeDataset({ ...parts, train: copy(parts.train), test: copy(parts.test) });
    const [shared, unshared] = [
      await train(SMALL, { dataset }),
      await train(SMALL, { dataset: own, workers: 2 }),
    ];
    expect(unshared.weightsSha256).toBe(shared.weightsSha256);
    const wrong = { ...dataset, classNames: ['zero', 'one'] };
    await expect(train(SMALL, { dataset: wrong })).rejects.toThrow(
      'tiny: train.labels: expected 0 to 1, since there are 2',
    );
  });
});
