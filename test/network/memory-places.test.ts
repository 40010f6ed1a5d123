import { describe, expect, it } from 'vitest';
import { planNetwork, type TensorPlan } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';

const BATCH = 32;
const convolution = { kind: 'convolution', kernel: 3, padding: 1, filters: 4 };
const relu = { kind: 'relu' };
const normalization = { kind: 'batch-normalization' };
const pooling = { kind: 'max-pooling', kernel: 2 };
/** Floats of one of the tensors before pooling. */
const MAP = BATCH * 8 * 8 * 4;

/** The plan of a network that begins with a convolution. */
function plan(layers: readonly unknown[], batchSize = BATCH, training = true) {
  const spec = parseNetwork({ input: [8, 8, 4], layers: [convolution, ...layers] });
  const { tensors, activationFloats } = planNetwork(spec, { batchSize, slices: 2, training });
  const find = (name: string): TensorPlan => tensors.find((tensor) => tensor.name === name)!;
  const learning = tensors.filter(({ needsGradient }) => needsGradient);
  return { activationFloats, find, learning };
}

describe('memory of a chain', () => {
  const chain = [normalization, relu, convolution, normalization, relu, pooling];

  it('has two places for gradients in lanes, which take turns', () => {
    const { learning, activationFloats, find } = plan(chain);
    // The second normalisation pools what it makes at once.
    for (const name of ['batch-normalization2', 'relu2'])
      expect(find(name)).toMatchObject({ offset: -1, gradientOffset: -1 });
    const inLanes = learning.filter(({ layout, offset }) => layout === 'lanes' && offset >= 0);
    expect(inLanes).toHaveLength(5);
    expect(new Set(inLanes.map((tensor) => tensor.gradientOffset)).size).toBe(2);
    // Of values, the activation is in place; the last two lie in lanes, then image after image.
    const values = 4 + 1 / 4 + 1 / 4;
    expect(activationFloats).toBe((values + 2 + 1 / 4) * MAP);
  });

  it('has what is computed element by element in place in evaluation, also what backward would read', () => {
    const layers = [normalization, { kind: 'mish' }, { kind: 'prelu' }, relu, pooling];
    const { find } = plan(layers, BATCH, false);
    const { offset } = find('convolution1');
    const names = ['batch-normalization1', 'mish1', 'prelu1', 'relu1'];
    for (const name of names) expect(find(name).offset).toBe(offset);
    expect(find('max-pooling1').offset).not.toBe(offset);
    const training = plan(layers);
    expect(new Set(['convolution1', ...names].map((name) => training.find(name).offset)).size).toBe(4);
  });

  it('has a place for each gradient of images one after another, but for those in place', () => {
    const { learning } = plan(chain, 4);
    expect(learning).toHaveLength(7);
    expect(new Set(learning.map((tensor) => tensor.gradientOffset)).size).toBe(5);
  });
});

describe('memory of branches', () => {
  const residual = { kind: 'residual', body: [convolution, normalization] };

  it('has one value for all readers, over which nobody writes', () => {
    const { find } = plan([{ kind: 'residual', body: [relu, convolution], shortcut: [relu] }]);
    const { offset } = find('convolution1');
    expect(find('convolution1.to.residual1.relu1').offset).toBe(offset);
    expect(find('convolution1.to.residual1.shortcut.relu1').offset).toBe(offset);
    const offsets = ['convolution1', 'residual1.relu1', 'residual1.shortcut.relu1'].map(
      (name) => find(name).offset,
    );
    expect(new Set(offsets).size).toBe(3);
  });

  it('has the sum in place of a branch whose layer does not read it again', () => {
    const { find } = plan([residual, relu, { kind: 'residual', body: [convolution, relu] }]);
    expect(find('residual1').offset).toBe(find('residual1.batch-normalization1').offset);
    expect(find('relu1').offset).toBe(find('residual1').offset);
    expect(find('residual2').offset).not.toBe(find('residual2.relu1').offset);
    expect(find('residual2').offset).not.toBe(find('relu1').offset);
  });

  it.each([4, BATCH])(
    'has one gradient for all that is added, over which nobody writes (%i images)',
    (images) => {
      const { find } = plan([{ kind: 'residual', body: [convolution, relu] }], images);
      const place = (name: string) => find(name).gradientOffset;
      expect(place('residual1.relu1')).toBe(place('residual1'));
      expect(place('convolution1.to.residual1.shortcut')).toBe(place('residual1'));
      expect(place('residual1.convolution1')).not.toBe(place('residual1'));
      // The sum of the readers' gradients is in place of one that is its reader's own.
      expect(place('convolution1')).toBe(place('convolution1.to.residual1.convolution1'));
      expect(place('convolution1')).not.toBe(place('residual1'));
    },
  );

  it('has three places for gradients in lanes, however many residuals there are', () => {
    const { learning } = plan(Array.from({ length: 9 }, () => [residual, relu]).flat());
    const inLanes = learning.filter(({ layout }) => layout === 'lanes');
    expect(new Set(inLanes.map((tensor) => tensor.gradientOffset)).size).toBe(3);
  });

  it('has the smallest places that serve', () => {
    const { activationFloats } = plan([
      { kind: 'branches', branches: [[pooling], [pooling], [pooling]], join: 'concat' },
    ]);
    const values = 2 + 3 / 4 + 3 / 4 + 3 / 4;
    // In lanes: each reader's gradient has grown out of a place that was idle by then, of the concatenation or of a part, and one part's
    // is left; behind them the concatenation's, image after image.
    expect(activationFloats).toBe((values + 3 + 1 / 4 + 3 / 4) * MAP);
  });

  it('lies in lanes as a whole, if all of it suits them', () => {
    const { find } = plan([residual, { ...residual, body: [convolution, { kind: 'dropout' }] }, residual]);
    expect(find('residual1').layout).toBe('lanes');
    expect(find('residual2.convolution1').layout).toBe('images');
    expect(find('residual3').layout).toBe('images');
  });
});
