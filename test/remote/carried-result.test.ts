import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { packPoint } from '../../src/experiment/portable-point.js';
import type { RecordedResult } from '../../src/experiment/run-result.js';
import {
  carryFailure,
  carryResult,
  endOf,
  formatResult,
  parseResult,
  readResult,
  writeResult,
} from '../../src/remote/carried-result.js';
import { NUMERICS } from '../../src/run/numerics.js';
import { makeFolder, makeMetrics, makeResult, planGrid } from '../experiment/fake-runs.js';
import { makeFound, makeTraining } from './fake-results.js';

async function takePoint() {
  const [point] = await planGrid({ base: { model: 'SK', width: 0.2 } });
  return point!;
}

const resultOf = (end: ReturnType<typeof endOf>) => (end as { result: RecordedResult }).result;

describe('a carried result', () => {
  it('holds all that is recorded', async () => {
    const point = await takePoint();
    const { carried } = await makeFound(point, { bestEpoch: 1, reason: 'patience' });
    const file = join(makeFolder(), 'result.json');
    await writeResult(file, carried);
    const read = readResult(file);
    expect(read).toEqual(carried);
    const { epochs: _, ...told } = makeResult(point.spec, { bestEpoch: 1, reason: 'patience' });
    const { spec, datasetSha256, normalization, classErrors, weights, ...recorded } = told;
    expect(resultOf(endOf(read, file))).toEqual({
      ...recorded,
      epochs: carried.epochs,
      trainedOn: { environment: carried.environment, workers: 3 },
    });
  });

  it('keeps what is not finite, classes beyond a byte, and a matrix of many', async () => {
    const point = await takePoint();
    const epochs = [{ ...makeMetrics(1, 9), trainLoss: Number.NaN, testLoss: Number.POSITIVE_INFINITY }];
    const confusion = Array.from({ length: 600 }, (_, row) =>
      Array.from({ length: 600 }, (_, column) => (row * column) % 70_000),
    );
    const changes = { state: 'diverged', epochs, confusion, predicted: Uint16Array.of(0, 65_535) } as const;
    const ended = { point: packPoint(point), training: makeTraining(), files: [] };
    const carried = carryResult(makeResult(point.spec, changes), ended);
    const result = resultOf(endOf(parseResult(formatResult(carried), 'job 1'), 'job 1'));
    expect(result.epochs).toEqual(epochs);
    expect(result.predicted).toEqual(changes.predicted);
    expect(result.confusion).toEqual(confusion);
  });

  it('may be a failure', async () => {
    const point = await takePoint();
    const ended = { point: packPoint(point), training: makeTraining() };
    const carried = carryFailure(new Error('out of memory'), [makeMetrics(1, 9)], ended);
    const read = parseResult(formatResult(carried), 'job 1');
    expect(endOf(read, 'job 1')).toEqual({ state: 'failed', reason: 'out of memory' });
  });

  it('is refused of another version', async () => {
    const { carried } = await makeFound(await takePoint());
    expect(() => endOf({ ...carried, numerics: NUMERICS + 1 }, 'r')).toThrow(
      `r: expected a result of the numerics version ${NUMERICS}, found one of ${NUMERICS + 1} from node1 (convoy `,
    );
  });

  it('is refused if it is cut off, or does not agree with itself', async () => {
    const point = await takePoint();
    const { carried } = await makeFound(point);
    const file = join(makeFolder(), 'result.json');
    await writeResult(file, carried);
    const { length } = readFileSync(file);
    for (const size of [0, 10, length - 2]) {
      truncateSync(file, size);
      expect(() => readResult(file)).toThrow(UserError);
      await writeResult(file, carried);
    }
    const { outcome } = carried;
    const damages = [
      { outcome: null },
      { point: { ...carried.point, datasetSha256: 'e'.repeat(64) } },
      { state: 'failed' as const },
      { epochs: carried.epochs.slice(1) },
      { outcome: { ...outcome!, bestEpoch: 3 } },
      { outcome: { ...outcome!, confusion: { ...outcome!.confusion, classes: 3 } } },
      {
        outcome: {
          ...outcome!,
          predicted: { ...outcome!.predicted, classes: 'AAAA', bytesEach: 2 as const },
        },
      },
    ];
    for (const damage of damages) {
      expect(() => parseResult(formatResult({ ...carried, ...damage }), 'r')).toThrow(
        'r: expected a result that agrees with itself, found one that does not.',
      );
    }
  });

  it.each(['../model.safetensors', '/etc/passwd', 'state.txt'])('has no file called %s', async (name) => {
    const { carried } = await makeFound(await takePoint());
    const text = formatResult({ ...carried, files: [{ ...carried.files[0]!, name }] });
    expect(() => parseResult(text, 'r')).toThrow(
      `r: field 'files[0].name': expected the name of a run's file, found "${name}".`,
    );
  });
});
