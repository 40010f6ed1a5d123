import { describe, expect, it } from 'vitest';
import { namePoints } from '../../src/report/varying-fields.js';
import { planGrid } from '../experiment/fake-runs.js';

const conv = (name: string, filters: number) => ({ kind: 'convolution', name, kernel: 3, filters });
const END = [{ kind: 'fully-connected', units: 10 }];
const network = (...layers: object[]) => ({ input: [28, 28, 1], layers: [...layers, ...END] });

async function nameAll(grid: object): Promise<string[]> {
  const points = await planGrid(grid);
  return points.map(namePoints(points));
}

describe('networks of one label', () => {
  it('are told apart by what varies inside them, once', async () => {
    const grid = {
      'network.layers.conv1.filters': [4, 8],
      'network.layers.conv2.filters': [4, 8],
      seed: [0, 1],
    };
    const names = await nameAll({ base: { network: network(conv('conv1', 1), conv('conv2', 1)) }, grid });
    expect(names.slice(0, 4)).toEqual([
      'custom conv1 filters 4 conv2 filters 4 seed 0',
      'custom conv1 filters 4 conv2 filters 4 seed 1',
      'custom conv1 filters 4 conv2 filters 8 seed 0',
      'custom conv1 filters 4 conv2 filters 8 seed 1',
    ]);
    expect(new Set(names).size).toBe(8);
  });

  it('are told apart by as few facts as it takes', async () => {
    const points = [
      [4, 6],
      [8, 12],
      [16, 24],
    ].map(([a, b]) => ({
      network: network(conv('conv1', a!), conv('conv2', b!)),
    }));
    expect(await nameAll({ points })).toEqual([4, 8, 16].map((filters) => `custom conv1 filters ${filters}`));
  });

  it('are told apart by what one has and the other has not', async () => {
    const points = [network(conv('conv1', 4)), network(conv('conv1', 4), { kind: 'relu' })];
    expect(await nameAll({ grid: { network: points } })).toEqual(['custom layers 2', 'custom layers 3']);
    const kinds = [network({ kind: 'relu' }), network({ kind: 'tanh' })];
    expect(await nameAll({ grid: { network: kinds } })).toEqual([
      'custom relu1 kind relu',
      'custom relu1 kind -',
    ]);
  });

  it('are told apart inside composites', async () => {
    const names = await nameAll({
      base: {
        network: network(conv('conv1', 4), {
          kind: 'residual',
          body: [{ ...conv('inside', 4), padding: 1 }],
        }),
      },
      grid: { 'network.layers.residual1.inside.groups': [2, 4] },
    });
    expect(names).toEqual(['custom residual1.inside groups 2', 'custom residual1.inside groups 4']);
  });

  it('are told apart by what composites read, and by how they join', async () => {
    const same = (name: string) => ({ ...conv(name, 4), padding: 1 });
    const reading = (inputs?: string[]) =>
      network(
        same('a'),
        same('b'),
        { kind: 'residual', name: 'block', body: [same('inside')], ...(inputs && { inputs }) },
        { kind: 'add', inputs: ['block', 'a', 'b'] },
      );
    expect(await nameAll({ grid: { network: [reading(['a']), reading()] } })).toEqual([
      'custom block inputs ["a"]',
      'custom block inputs -',
    ]);
    const joining = ['add', 'concat'].map((join) =>
      network({ kind: 'branches', branches: [[same('left')], [same('right')]], join }),
    );
    expect(await nameAll({ grid: { network: joining } })).toEqual([
      'custom branches1 join add',
      'custom branches1 join concat',
    ]);
  });
});

describe('networks whose labels differ', () => {
  it('are told by these alone', async () => {
    expect(await nameAll({ base: { model: 'SK' }, grid: { width: [0.2, 0.5] } })).toEqual([
      'SK-0.2',
      'SK-0.5',
    ]);
  });
});
