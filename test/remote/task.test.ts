import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { loadDataset } from '../../src/dataset/load.js';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { planSweep } from '../../src/experiment/plan-sweep.js';
import { packPoint, unpackPoint } from '../../src/experiment/portable-point.js';
import {
  checkTaskNumerics,
  formatTask,
  makeTask,
  parseTask,
  readTask,
  writeTask,
} from '../../src/remote/task.js';
import { NUMERICS } from '../../src/run/numerics.js';
import { makeFolder, planGrid } from '../experiment/fake-runs.js';

const GRID = { base: { model: 'SK', width: 0.2, seed: 7, labelSmoothing: 0.1 } };

describe('a task', () => {
  it('is a file from which the same point comes', async () => {
    const dataset = await loadDataset('mnist');
    const asked = expandGrid(parseGrid(GRID, 'grid.json', 'test'), 'grid.json');
    const [point] = await planSweep(asked, async () => dataset);
    const file = join(makeFolder(), 'tasks', '1.json');
    await writeTask(file, makeTask(point!, { everySteps: 10, keep: 'state' }));
    const task = readTask(file);
    expect(task.checkpoints).toEqual({ everySteps: 10, keep: 'state' });
    const again = await unpackPoint(task.point);
    expect(again.identity).toBe(point!.identity);
    expect(again.spec).toEqual(point!.spec);
    expect(packPoint(again)).toEqual(task.point);
  });

  it('is one line for a queue', async () => {
    const [point] = await planGrid(GRID);
    const task = makeTask(point!, null);
    expect(formatTask(task)).not.toContain('\n');
    expect(parseTask(formatTask(task), 'job 1')).toEqual(task);
  });

  it.each([
    ['{', 'expected a convoy-task, found no JSON. It is another kind of file, or was cut off: remove it.'],
    ['[1]', 'expected a convoy-task, found other JSON. Check the path.'],
    ['{"format":"convoy-result","version":1}', 'expected a convoy-task, found other JSON. Check the path.'],
    [
      '{"format":"convoy-task","version":2}',
      'expected a convoy-task of version 1, found one of version 2. Use one version of the program on all machines.',
    ],
    ['{"format":"convoy-task","version":1}', "field 'convoy': expected string, found nothing."],
  ])('is refused if it is %s', (text, message) => {
    const file = join(makeFolder(), '1.json');
    writeFileSync(file, text);
    expect(() => readTask(file)).toThrow(new UserError(`${file}: ${message}`));
  });

  it('is refused by a program that computes otherwise', async () => {
    const [point] = await planGrid(GRID);
    const task = makeTask(point!, null);
    expect(() => checkTaskNumerics(task)).not.toThrow();
    expect(() => checkTaskNumerics({ ...task, numerics: NUMERICS + 1 })).toThrow(
      `SK-0.2: expected the numerics version ${NUMERICS + 1} of the program that planned it`,
    );
  });
});
