import { describe, expect, it } from 'vitest';
import { runs, sweep } from '../fake-command.js';
import { recordSeeds } from './recorded-seeds.js';

describe('runs diff', () => {
  it('tells in what two runs differ, defaults included, and their curves side by side', async () => {
    const { db, grid } = await recordSeeds(1);
    const set = ['--set', 'width=0.5', '--set', 'validationCount=100', '--set', 'learningRate=0.1'];
    await sweep([grid, '--db', db, ...set, '--epochs', '1']);
    const { exitCode, out } = await runs(['diff', '1', 'last', '--db', db]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^spec +run 1: SK-0\.2 {2}run 2: SK-0\.5$/m);
    expect(out).toMatch(/^learningRate\.rate +0\.001 +0\.1$/m);
    expect(out).toMatch(/^validationCount +0 +100$/m);
    expect(out).toMatch(/^convolution1 filters +4 +10$/m);
    expect(out).toMatch(/^data: equal$/m);
    expect(out).toMatch(/^completed epochs +2 +1$/m);
    expect(out.split('\n').slice(-5)).toEqual([
      'epoch  train loss of 1  train loss of 2  validation error % of 1  validation error % of 2  test error % of 1  test error % of 2',
      '-----  ---------------  ---------------  -----------------------  -----------------------  -----------------  -----------------',
      '    1           1.0000           1.0000                        -                    10.00               9.00               9.00',
      '    2           0.5000                -                        -                        -               8.00                  -',
      '',
    ]);
  });

  it('is JSON with --json', async () => {
    const { db } = await recordSeeds(2);
    const { runs: both, differences } = JSON.parse(
      (await runs(['diff', '1', '2', '--json', '--db', db])).out,
    );
    expect(both).toMatchObject([{ run_id: 1, epochs: [{}, {}] }, { run_id: 2 }]);
    expect(differences).toContainEqual({ section: 'spec', field: 'seed', values: ['0', '1'] });
    expect(differences).toContainEqual({ section: 'results', field: 'test error %', values: ['8', '9'] });
  });

  it('finds nothing between a run and itself', async () => {
    const { db } = await recordSeeds(1);
    expect((await runs(['diff', '1', '1', '--db', db])).out).toContain(
      'spec: equal\n\nnetwork: equal\n\ndata: equal\n\nenvironment: equal\n\nresults: equal\n',
    );
  });
});
