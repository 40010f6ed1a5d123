import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../experiment/fake-runs.js';
import { check } from './fake-command.js';

const dense = (units: number) => ({ kind: 'fully-connected', units });

/** A network in a file, for images that no data set has. */
function writeNetwork(...layers: object[]): string {
  const file = join(makeFolder(), 'net.json');
  writeFileSync(file, JSON.stringify({ name: 'mine', input: [6, 6, 1], layers }));
  return file;
}

describe('check', () => {
  it('prints a table of what it found, and exits with 0 if all is well', async () => {
    const file = writeNetwork({ kind: 'convolution', kernel: 3, filters: 8 }, { kind: 'tanh' }, dense(4));
    const { exitCode, out, err } = await check([file]);
    expect(err).toMatch(/^mine: 6×6×1, 596 parameters, on images of noise \(mnist.*\)\n/);
    expect(out).toMatch(
      /^check +result +what was found\n-+ .*\nfirst loss +pass .*\ngradients +pass .*\noverfitting +pass .*\n$/,
    );
    expect(exitCode).toBe(0);
  });

  it('exits with 1 if one check fails', async () => {
    // The classes are told apart before anything is learned.
    const file = writeNetwork(dense(4), { kind: 'batch-normalization' });
    const { exitCode, out } = await check([file, '--only', 'first-loss', '--only', 'gradients', '--json']);
    const findings = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(findings).toMatchObject([
      { check: 'first loss', passed: false },
      { check: 'gradients', passed: true },
    ]);
    expect(exitCode).toBe(1);
  });

  it('warns where a mini-batch of the spec has one value to normalise by', async () => {
    const file = writeNetwork(
      { kind: 'fully-connected', units: 8 },
      { kind: 'batch-normalization' },
      dense(4),
    );
    const { exitCode, err } = await check([file, '--set', 'batchSize=1', '--only', 'gradients']);
    expect(exitCode).toBe(0);
    expect(err).toMatch(/^warning: mine: batch-normalization1: expected at least two values a channel /m);
  });

  it('takes fields of the spec', async () => {
    const { err } = await check(['SK', '--set', 'width=0.1', '--seed', '3', '--only', 'first-loss']);
    expect(err).toMatch(/^SK: 28×28×1, /);
  });

  it.each([
    [[], 'check: expected a network or a spec file, found nothing. Networks: lenet5'],
    [['BSAE'], "check: unknown network 'BSAE'. Did you mean 'BASE'?"],
    [['BASE', '--only', 'loss'], "check: unknown check 'loss'. Did you mean 'first-loss'?"],
    [['BASE', '--workers', '0'], '--workers: expected a whole number from 1 to'],
    [['BASE', '--set', 'widht=1'], "--set: unknown field 'widht'"],
    [['BASE', '--lr', '-1'], "BASE: field 'learningRate.rate': expected number to be >=0"],
    [['BASE', '--json', '--speed'], "check: unknown option '--speed'"],
  ])('%j is one line and exit code 2', async (args, message) => {
    const { exitCode, out, err } = await check(args);
    expect(err).toContain(message);
    expect([exitCode, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  });
});
