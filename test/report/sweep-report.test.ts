import { describe, expect, it } from 'vitest';
import { findSweep } from '../../src/experiment/find-runs.js';
import type { Grid } from '../../src/experiment/grid.js';
import type { Store } from '../../src/experiment/store.js';
import { formatHtml } from '../../src/report/document/html.js';
import { formatMarkdown } from '../../src/report/document/markdown.js';
import { readSweepRuns, writeSweep } from '../../src/report/sweep-report.js';
import { openStore } from '../experiment/fake-runs.js';
import { findMarkupErrors, readHtmlTables, readHtmlText, readMarkdownTables } from '../helpers/markup.js';
import { imagineResult, recordGrid } from './fake-answers.js';

const makeGrid = (changes: Partial<Grid>): Grid => ({
  name: 'mine',
  base: { model: 'SK', width: 0.2, trainCount: 1000, testCount: 10_000, epochs: 3 },
  grid: {},
  points: [{}],
  ...changes,
});

function report(store: Store, name = 'mine') {
  const document = writeSweep(readSweepRuns(store.db, findSweep(store.db, name)), null, 'run it');
  const html = formatHtml(document);
  expect(findMarkupErrors(html)).toEqual([]);
  expect(readMarkdownTables(formatMarkdown(document))).toEqual(readHtmlTables(html));
  return { document, html, text: readHtmlText(html).replace(/\s+/g, ' ') };
}

const chartsOf = (html: string) =>
  [...html.matchAll(/<\/svg><\/div><figcaption>(.*?)<\/figcaption>/g)].map(([, caption]) => caption);

describe('a report of any sweep', () => {
  it('has a table of networks and of runs, charts, comparisons and mistakes', async () => {
    const store = openStore();
    await recordGrid(
      store,
      makeGrid({ title: 'Width and seed', grid: { width: [0.2, 0.5, 1], seed: [0, 1, 2] } }),
    );
    const { document, html, text } = report(store);
    expect(document).toMatchObject({ title: 'Width and seed', subtitle: 'Sweep mine: 9 of 9 runs finished' });
    expect(document.sections.map(({ id }) => id)).toEqual([
      'results',
      'charts',
      'comparison',
      'mistakes',
      'conditions',
    ]);
    const [networks, runs] = readHtmlTables(html) as [string[][], string[][]];
    expect(
      networks
        .slice(1)
        .map((row) => row[0])
        .sort(),
    ).toEqual(['SK-0.2', 'SK-0.5', 'SK-1']);
    expect(networks[1]).toEqual(
      expect.arrayContaining(['3', expect.stringMatching(/^\d\.\d\d ± \d\.\d\d$/)]),
    );
    expect(runs).toHaveLength(1 + 9);
    expect(chartsOf(html)).toEqual([
      'Test errors with 95% intervals, of each network’s run with the lowest seed.',
      'Test error against width, with 95% intervals.',
      'Test error by epoch.',
    ]);
    expect(text).toContain('by Welch’s test');
    expect(text).toContain('corrected for 2 comparisons by Holm’s method');
  });

  it('draws errors against the one number that varies, on a logarithmic axis if it varies much', async () => {
    const store = openStore();
    await recordGrid(store, makeGrid({ grid: { trainCount: [100, 1000, 10_000] } }));
    const { html } = report(store);
    expect(chartsOf(html)).toContain('Test error against train count, with 95% intervals.');
    expect(html).toMatch(/>2,000<\/text>/);
  });

  it('draws no such chart where more varies, or something else', async () => {
    const store = openStore();
    const points = [{ model: 'BASE', width: 1 }, { model: 'BN', width: 1 }, {}];
    await recordGrid(store, makeGrid({ name: 'networks', points }));
    await recordGrid(
      store,
      makeGrid({ name: 'two', grid: { trainCount: [100, 1000], batchSize: [50, 100] } }),
    );
    for (const name of ['networks', 'two']) {
      expect(chartsOf(report(store, name).html).join()).not.toContain('against');
    }
  });

  it('ranks by validation error where all runs have one', async () => {
    const store = openStore();
    const validationErrors = new Map([
      [0.2, 1],
      [0.5, 2],
      [1, 3],
    ]);
    await recordGrid(
      store,
      makeGrid({
        base: { ...makeGrid({}).base, validationCount: 100 },
        grid: { width: [1, 0.5, 0.2], seed: [0, 1] },
      }),
      {
        result: (spec) => {
          const result = imagineResult(spec);
          const validationErrorPercent = validationErrors.get(spec.width!)! + spec.seed;
          return {
            ...result,
            epochs: result.epochs.map((epoch) => ({ ...epoch, validationLoss: 1, validationErrorPercent })),
          };
        },
      },
    );
    const { html, text } = report(store);
    const [networks, runs] = readHtmlTables(html) as [string[][], string[][]];
    const errors = networks.slice(1).map((row) => Number(row[2]));
    // The narrowest is the worst by the test.
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(networks.map((row) => row.slice(0, 2))).toEqual([
      ['network', 'validation error %'],
      ['SK-0.2', '1.50'],
      ['SK-0.5', '2.50'],
      ['SK-1', '3.50'],
    ]);
    expect(runs[1]!.slice(0, 2)).toEqual(['SK-0.2 seed 0', '1.00']);
    expect(text).toContain('The networks, the fewest validation errors first');
    expect(text).toContain('the test images have no part in the choice');
    expect(text).toMatch(/SK-0\.2 has the fewest errors on the validation images, and on the test images \d/);
    expect(text).toMatch(/from SK-0\.5 \(\d\.\d\d points fewer, /);
  });

  it('of one run compares nothing', async () => {
    const store = openStore();
    await recordGrid(store, makeGrid({}));
    const { document } = report(store);
    expect(document.sections.map(({ id }) => id)).toEqual(['results', 'charts', 'mistakes', 'conditions']);
  });

  it('has what another sweep recorded, and says what is missing', async () => {
    const store = openStore();
    await recordGrid(store, makeGrid({ name: 'first' }));
    await recordGrid(store, makeGrid({ grid: { seed: [0, 1, 2] } }), {
      leaveOut: ({ spec }) => spec.seed === 2,
    });
    const { document, text } = report(store);
    expect(document.subtitle).toBe('Sweep mine: 2 of 3 runs finished');
    expect(text).toContain('1 point of the sweep has not been run. This runs what is missing: run it.');
  });

  it('of a sweep of which nothing has run is a page too', async () => {
    const store = openStore();
    await recordGrid(store, makeGrid({}), { leaveOut: () => true });
    expect(report(store).document.subtitle).toBe('Sweep mine: 0 of 1 run finished');
  });
});
