import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseOverride } from '../../../src/experiment/overrides.js';
import { readPreset } from '../../../src/experiment/presets/registry.js';
import { Store } from '../../../src/experiment/store.js';
import type { Document } from '../../../src/report/document/blocks.js';
import { formatHtml } from '../../../src/report/document/html.js';
import { formatMarkdown } from '../../../src/report/document/markdown.js';
import { type ExerciseReport, writeExercise } from '../../../src/report/exercise-15-6/exercise-report.js';
import { readExerciseRuns } from '../../../src/report/exercise-15-6/exercise-runs.js';
import { findOtherSettings } from '../../../src/report/exercise-15-6/other-settings.js';
import { PARTS } from '../../../src/report/exercise-15-6/parts.js';
import { testMcNemar } from '../../../src/report/statistics/mcnemar.js';
import { measureSpread } from '../../../src/report/statistics/spread.js';
import { type ResolvedRunSpec, resolveRunSpec } from '../../../src/run/spec.js';
import { FAKE_DATASET, makeFolder, makeResult } from '../../experiment/fake-runs.js';
import {
  findMarkupErrors,
  findRequests,
  readHtmlTables,
  readHtmlText,
  readMarkdownTables,
} from '../../helpers/markup.js';
import { imagineResult, recordGrid } from '../fake-answers.js';

/** The fake images, as small as the real ones are, without ink. */
const DATASET = { ...FAKE_DATASET, test: { ...FAKE_DATASET.test, pixels: new Uint8Array(10_000 * 28 * 28) } };

function open(): Store {
  const store = Store.open(join(makeFolder(), 'experiments.db'));
  onTestFinished(() => store.close());
  return store;
}

function report(db: Database.Database, changes: Partial<ExerciseReport> = {}): Document {
  return writeExercise({
    parts: PARTS,
    runs: readExerciseRuns(db, []),
    dataset: DATASET,
    settings: '',
    tellCommand: (preset) => `run ${preset}`,
    notes: [],
    ...changes,
  });
}

const textOf = (document: Document) => readHtmlText(formatHtml(document)).replace(/\s+/g, ' ');
const sectionOf = (document: Document, id: string) =>
  textOf({ ...document, sections: document.sections.filter((section) => section.id === id) });

describe('a report of the whole exercise', () => {
  let document: Document;
  let html: string;
  let errors: Map<string, number>;
  const query = new Map<string, number>();

  beforeAll(async () => {
    const store = Store.open(':memory:');
    await recordGrid(store, readPreset('15.6'));
    document = report(store.db);
    html = formatHtml(document);
    const rows = store.db
      .prepare(
        'SELECT run_id, label, seed, train_count, train_first, test_error_percent AS error FROM results',
      )
      .all() as {
      run_id: number;
      label: string;
      seed: number;
      train_count: number;
      train_first: number;
      error: number;
    }[];
    errors = new Map(
      rows.map((row) => [[row.label, row.train_first, row.train_count, row.seed].join(' '), row.error]),
    );
    const count = (better: number, worse: number) =>
      store.db
        .prepare(
          `SELECT count(*) FROM test_predictions AS a JOIN test_predictions AS b USING (example)
           WHERE a.run_id = ? AND b.run_id = ? AND a.predicted = a.label AND b.predicted <> b.label`,
        )
        .pluck()
        .get(better, worse) as number;
    const id = (label: string) => rows.find((row) => row.label === label)!.run_id;
    query.set('only BN', count(id('BN'), id('BASE')));
    query.set('only BASE', count(id('BASE'), id('BN')));
    store.close();
  });

  it('is one well-formed page that loads nothing', () => {
    expect(findMarkupErrors(html)).toEqual([]);
    expect(findRequests(html)).toEqual([]);
    expect(html).not.toMatch(/<script|<link|<iframe|\bon\w+="/);
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
  });

  it('has each part with question, table, chart and comment', () => {
    for (const { letter, title, question } of PARTS) {
      const section = document.sections.find(({ id }) => id === `part-${letter}`)!;
      expect(section.title).toBe(`(${letter}) ${title}`);
      expect(section.blocks[0]).toEqual({ kind: 'question', text: question });
      const kinds = section.blocks.map(({ kind }) => kind);
      expect(kinds, letter).toEqual(expect.arrayContaining(['table', 'chart', 'paragraph']));
      expect(kinds, letter).not.toContain('warning');
    }
    expect(html.match(/<svg /g)!.length).toBeGreaterThanOrEqual(PARTS.length);
  });

  it('says in no place what is not a number', () => {
    expect(textOf(document)).not.toMatch(/NaN|undefined|null|Infinity|\[object/);
    expect(textOf(document)).not.toContain('not run yet');
  });

  it('has the tables of its Markdown twin', () => {
    const tables = readHtmlTables(html);
    expect(tables.length).toBeGreaterThan(PARTS.length);
    expect(readMarkdownTables(formatMarkdown(document))).toEqual(tables);
  });

  it('has the recorded errors in its tables', () => {
    const sizes = readHtmlTables(html).find(([titles]) => titles!.includes('steps'))!;
    const counts = [500, 1000, 2000, 5000, 10_000, 20_000, 60_000];
    expect(sizes.slice(1).map((row) => row[2])).toEqual(
      counts.map((count) => errors.get(`SK-0.2 1 ${count} 0`)!.toFixed(2)),
    );
    expect(sizes.slice(1).map((row) => row[1])).toEqual([
      '100',
      '200',
      '400',
      '1,000',
      '2,000',
      '4,000',
      '12,000',
    ]);
  });

  it('has mean and deviation over the seeds', () => {
    const seeds = [0, 1, 12, 123, 1234, 12_345, 123_456].map((seed) => errors.get(`SK-0.2 1 10000 ${seed}`)!);
    const { mean, deviation } = measureSpread(seeds);
    expect(sectionOf(document, 'part-i')).toContain(
      `Over 7 seeds the error is ${mean.toFixed(2)} ± ${deviation!.toFixed(2)}%`,
    );
    expect(sectionOf(document, 'overview')).toContain(
      `${mean.toFixed(2)} ± ${deviation!.toFixed(2)}% over 7 seeds`,
    );
    expect(sectionOf(document, 'part-f')).toMatch(
      new RegExp(`SK-0.2.*7${mean.toFixed(2)} ± ${deviation!.toFixed(2)}`),
    );
  });

  it('counts the digits on which two networks differ, and tests them', () => {
    const text = sectionOf(document, 'part-c');
    const [onlyBn, onlyBase] = [query.get('only BN')!, query.get('only BASE')!];
    expect(text).toContain(`${onlyBn} digits only BN gets right, ${onlyBase} only BASE`);
    const p = testMcNemar({ onlyFirst: onlyBn, onlySecond: onlyBase });
    expect(text).toContain(
      p < 0.05 ? 'so these two trained networks do differ' : 'do not tell the two apart',
    );
  });

  it('shows the missed digits as pictures', () => {
    const pictures = [
      ...html.matchAll(
        /<img src="data:image\/png;base64,[^"]+" alt="test example [\d,]+: an? \d, taken for [^"]+"/g,
      ),
    ];
    const best = Math.min(...errors.values());
    expect(pictures.length).toBeGreaterThanOrEqual(Math.min(240, best * 100));
  });

  it('is the same each time', async () => {
    const store = open();
    await recordGrid(store, readPreset('15.6c'));
    expect(formatHtml(report(store.db))).toBe(formatHtml(report(store.db)));
  });
});

describe('a report of a part', () => {
  it('has that part only, but compares it with others', async () => {
    const store = open();
    await recordGrid(store, readPreset('15.6b'));
    await recordGrid(store, readPreset('15.6c'));
    const document = report(store.db, { parts: PARTS.filter(({ letter }) => letter === 'c') });
    expect(document.sections.map(({ id }) => id)).toEqual(['overview', 'part-c', 'mistakes', 'conditions']);
    expect(document.title).toBe('Exercise 15.6 (c): Batch normalisation');
    expect(sectionOf(document, 'part-c')).toContain('How much another seed would move either is not known.');
  });
});

describe('what is said of a test', () => {
  const tellPart = (store: Store, part: string) => {
    const parts = PARTS.filter(({ letter }) => letter === part);
    return sectionOf(report(store.db, { parts, dataset: null }), `part-${part}`);
  };

  /** Of part h, with errors by training set and by seed; the first of either is the same run. */
  async function tellSets(bySet: (first: number) => number, bySeed: (seed: number) => number) {
    const store = open();
    const result = (spec: ResolvedRunSpec) =>
      imagineResult(spec, spec.trainFirst === 1 ? bySeed(spec.seed) : bySet(spec.trainFirst));
    for (const part of ['15.6h', '15.6i']) await recordGrid(store, readPreset(part), { result });
    return tellPart(store, 'h');
  }
  const DIFFER = 'they are not all equally good. So another training set of this size makes another network';
  const ALIKE = 'their order may be chance. So these digits do not show that another training set';

  it('follows it: sets that differ, more than seeds', async () => {
    const text = await tellSets(
      (first) => 1.5 + first / 10_000,
      () => 1.5,
    );
    expect(text).toContain('the two deviations differ.');
    expect(text).toContain(DIFFER);
    expect(text).toContain('Other examples move the error more than another seed does.');
  });

  it('follows it: sets that do not differ, and less than seeds', async () => {
    const text = await tellSets(
      () => 1.5,
      (seed) => 1.5 + 3 * (Math.log10(seed + 1) / 5),
    );
    expect(text).toContain(ALIKE);
    expect(text).toContain('Other examples move the error less than another seed does.');
  });

  it('follows it: sets that do not differ, beside seeds that are as far apart', async () => {
    const text = await tellSets(
      () => 1.5,
      () => 1.5,
    );
    expect(text).toContain('the two deviations cannot be told apart.');
    expect(text).toContain(ALIKE);
    expect(text).toContain('so few runs do not tell.');
  });

  it('follows it: sets that are given the same answers, without seeds', async () => {
    const store = open();
    const { predicted, confusion, epochs } = imagineResult(
      resolveRunSpec({ ...readPreset('15.6h').base, trainCount: 10_000 }),
    );
    await recordGrid(store, readPreset('15.6h'), {
      result: (spec) => makeResult(spec, { predicted, confusion, epochs }),
    });
    const text = tellPart(store, 'h');
    expect(text).toContain('How much of that the seeds would do alone is not known');
    expect(text).toContain(ALIKE);
    expect(text).not.toContain('than another seed does');
  });

  it('ranks two networks by the margin between training sets', async () => {
    const store = open();
    for (const part of ['15.6b', '15.6c', '15.6h']) await recordGrid(store, readPreset(part));
    const text = tellPart(store, 'h');
    const [, margin, apart] = text.match(
      /lie within ([\d.]+) points of each other.* BASE and BN lie ([\d.]+) points apart/,
    )!;
    expect(text).toContain(Number(apart) > Number(margin) ? 'which is more.' : 'which is within that');
  });

  it.each([
    ['better', 2.2, 1.2, true],
    ['no better', 1.4, 1.4, false],
    ['worse', 1.2, 2.2, false],
  ])('explains batch normalisation where it is %s: %f beside %f', async (_, base, bn, explains) => {
    const store = open();
    const result = (spec: ResolvedRunSpec) => imagineResult(spec, spec.model === 'BN' ? bn : base);
    for (const part of ['15.6b', '15.6c']) await recordGrid(store, readPreset(part), { result });
    expect(tellPart(store, 'c').includes('Reasons may be')).toBe(explains);
  });
});

describe('a report of an incomplete exercise', () => {
  it('says of each part what is missing and what runs it', async () => {
    const store = open();
    await recordGrid(store, readPreset('15.6f'), { leaveOut: ({ spec }) => spec.width === 2 });
    const document = report(store.db);
    expect(findMarkupErrors(formatHtml(document))).toEqual([]);
    expect(sectionOf(document, 'overview')).toContain(
      '23 of 27 networks are missing. This runs them: run 15.6.',
    );
    expect(sectionOf(document, 'part-f')).toContain(
      'Missing: SK-2 (not run). This runs what is missing: run 15.6f.',
    );
    expect(sectionOf(document, 'part-f')).toMatch(/SK-2not run-0/);
    // Of what part c shows, BASE is another part's.
    expect(sectionOf(document, 'part-c')).toContain(
      'Missing: BASE (not run) and BN (not run). This runs what is missing: run 15.6.',
    );
    expect(sectionOf(document, 'part-h')).toContain('SK-0.2');
  });

  it('of nothing at all is a page too', () => {
    const document = report(open().db);
    expect(findMarkupErrors(formatHtml(document))).toEqual([]);
    expect(sectionOf(document, 'overview')).toContain('27 of 27 networks are missing');
    expect(document.sections.map(({ id }) => id)).not.toContain('mistakes');
  });

  it('tells of runs that failed or diverged', async () => {
    const store = open();
    const result: typeof imagineResult = (spec) =>
      makeResult(spec, { state: 'diverged', reason: 'the loss is no longer finite in epoch 1, step 3' });
    await recordGrid(store, readPreset('15.6b'), { result });
    const text = sectionOf(report(store.db), 'part-b');
    expect(text).toContain(
      '1 network diverged: BASE (diverged: the loss is no longer finite in epoch 1, step 3)',
    );
    expect(text).not.toContain('This runs what is missing');
  });
});

describe('runs of an older version, without predictions', () => {
  it('are compared by their totals, and the report says so', async () => {
    const store = open();
    await recordGrid(store, readPreset('15.6b'));
    await recordGrid(store, readPreset('15.6c'), {
      result: (spec) => ({ ...imagineResult(spec), predicted: new Uint16Array() }),
    });
    const document = report(store.db);
    expect(sectionOf(document, 'part-c')).toContain(
      'Their single answers are not recorded for the same digits',
    );
    expect(sectionOf(document, 'part-c')).toContain('(two-proportion test)');
    expect(sectionOf(document, 'mistakes')).toContain('The answers of BN (run 2) are not recorded');
  });
});

describe('runs with other settings', () => {
  it('are reported if they are asked for, and found if they are all there is', async () => {
    const store = open();
    const preset = readPreset('15.6c');
    await recordGrid(store, { ...preset, base: { ...preset.base, epochs: 2, batchSize: 50 } });
    expect(report(store.db).subtitle).toBe('0 of 27 networks trained');
    expect(findOtherSettings(store.db)).toBe("--epochs 2 --set 'batchSize=50'");
    const overrides = ['epochs=2', 'batchSize=50'].map(parseOverride);
    const document = report(store.db, {
      runs: readExerciseRuns(store.db, overrides),
      settings: '--epochs 2',
    });
    expect(document.subtitle).toBe('1 of 27 networks trained, with --epochs 2');
  });

  it('may make points of a part equal, which are told once', async () => {
    const store = open();
    const runs = readExerciseRuns(store.db, [parseOverride('trainCount=200')]);
    expect(runs.part('g')).toHaveLength(1);
    expect(report(store.db, { runs }).subtitle).toBe('0 of 21 networks trained');
  });
});

describe('without the data set', () => {
  it('mistakes are told in words', async () => {
    const store = open();
    await recordGrid(store, readPreset('15.6b'));
    for (const dataset of [null, { ...DATASET, sha256: 'another' }]) {
      const html = formatHtml(report(store.db, { dataset }));
      expect(html).not.toContain('<img');
      expect(html).toMatch(/<li><span>\d → \d<\/span><\/li>/);
    }
  });
});
