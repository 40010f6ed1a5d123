import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { planSweep } from '../../src/experiment/plan-sweep.js';
import { Machine } from '../../src/queue/machine.js';
import { makeTask } from '../../src/remote/task.js';
import { openDataset } from '../../src/sources/open-dataset.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { writeFiles } from '../helpers/cifar10-builder.js';
import { buildNpy, bytesOf } from '../helpers/npy-builder.js';

const IMAGES = 10;
const LABELS = buildNpy('<i4', [IMAGES], bytesOf(Int32Array.from({ length: IMAGES }, (_, i) => i)));

/** Images of one shade, as MNIST has them. */
function writeData(folder: string, shade: number): Promise<void> {
  const pixels = new Uint8Array(IMAGES * 28 * 28).fill(shade);
  const images = buildNpy('|u1', [IMAGES, 28, 28], pixels);
  const files = { 'x_train.npy': images, 'y_train.npy': LABELS, 'x_test.npy': images, 'y_test.npy': LABELS };
  return writeFiles(folder, files);
}

/** A machine, and a task with data of its own. */
async function openMachine() {
  vi.stubEnv('CONVOY_CACHE', makeFolder());
  onTestFinished(() => void vi.unstubAllEnvs());
  const data = join(makeFolder(), 'set');
  await writeData(data, 1);
  const dataset = await openDataset(data);
  const spec = { model: 'SK', width: 0.2, trainCount: IMAGES, testCount: IMAGES, batchSize: 5 };
  const asked = expandGrid(parseGrid({ base: spec }, 'grid.json', 'test'), 'grid.json');
  const [point] = await planSweep(asked, async () => dataset);
  const folder = makeFolder();
  return { data, task: makeTask(point!, null), machine: await Machine.open(folder), folder };
}

describe("a worker's machine", () => {
  it('reads data once, however many points want them at a time, and keeps no images', async () => {
    const { data, task, machine } = await openMachine();
    const [first, second] = await Promise.all([machine.take(task), machine.take(task)]);
    expect(second.dataset).toBe(first.dataset);
    expect(() => first.dataset.train.pixels).toThrow('the images of this point are where it is trained');
    await writeData(data, 2);
    expect((await machine.take(task)).dataset).toBe(first.dataset);
  });

  it('reads wrong data again, and such as are missing, until they have been mended', async () => {
    const { data, task, machine } = await openMachine();
    await writeData(data, 2);
    const wrong = 'expected the data that the run was planned with, found others';
    await expect(machine.take(task)).rejects.toThrow(wrong);
    await expect(machine.take(task)).rejects.toThrow(wrong);
    await writeData(data, 1);
    expect((await machine.take(task)).identity).toBe(task.point.identity);
    const elsewhere = { ...task.point, source: { ...task.point.source!, path: join(data, 'missing') } };
    const missing = { ...task, point: elsewhere };
    await expect(machine.take(missing)).rejects.toThrow(UserError);
    await writeData(join(data, 'missing'), 1);
    expect((await machine.take(missing)).identity).toBe(task.point.identity);
  });

  it('makes folders for attempts, which go', async () => {
    const { machine, folder } = await openMachine();
    const made = await machine.makeFolder();
    expect(readdirSync(folder)).toHaveLength(1);
    await machine.removeFolder(made);
    expect(readdirSync(folder)).toEqual([]);
  });
});
