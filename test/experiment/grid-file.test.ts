import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGridFile } from '../../src/experiment/grid-file.js';
import { makeFolder } from './fake-runs.js';

describe('a grid file', () => {
  it('is read with or without a byte order mark and takes the name of its file', () => {
    const file = join(makeFolder(), 'widths.json');
    writeFileSync(file, '\uFEFF{"base": {"model": "BN"}}');
    const grid = { base: { model: 'BN' }, grid: {}, points: [{}] };
    expect(readGridFile(file)).toEqual({ name: 'widths', source: realpathSync(file), ...grid });
    writeFileSync(file, '{"name": "mine", "base": {"model": "BN"}}');
    expect(readGridFile(file)).toEqual({ name: 'mine', ...grid });
  });

  it('that is missing or a folder is named', () => {
    const folder = makeFolder();
    expect(() => readGridFile(join(folder, 'no.json'))).toThrow(
      'no.json: expected a grid as JSON, found nothing there. Check the path.',
    );
    expect(() => readGridFile(folder)).toThrow('expected a grid as JSON, found a folder.');
  });
});
