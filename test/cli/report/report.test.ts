import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPreset } from '../../../src/experiment/presets/registry.js';
import { Store } from '../../../src/experiment/store.js';
import { recordGrid } from '../../report/fake-answers.js';
import { report } from '../fake-command.js';

const folder = mkdtempSync(join(tmpdir(), 'convoy-test-'));
const db = join(folder, 'experiments.db');
const out = join(folder, 'page.html');

beforeAll(async () => {
  const store = Store.open(db);
  await recordGrid(store, readPreset('15.6c'));
  await recordGrid(store, readPreset('first-look'));
  store.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('report', () => {
  it('writes a page and its Markdown twin beside it', async () => {
    const { exitCode, out: text, err } = await report(['15.6', '--db', db, '--out', out]);
    const twin = join(folder, 'page.md');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(text).toBe(`${out}, ${twin}: 1 of 27 networks trained\n`);
    expect(readFileSync(out, 'utf8')).toMatch(/^<!DOCTYPE html>/);
    const markdown = readFileSync(twin, 'utf8');
    expect(markdown).toMatch(/^# Exercise 15\.6/);
    expect(markdown).toContain(`\`node scripts/sweep.js 15.6 --db ${db}\``);
  });

  it('writes the Markdown where it is told to', async () => {
    const markdown = join(folder, 'other.txt');
    await report(['15.6c', '--db', db, '--out', out, '--markdown', markdown]);
    expect(readFileSync(markdown, 'utf8')).toMatch(/^# Exercise 15\.6 \(c\)/);
  });

  it('reports any other sweep', async () => {
    const { out: text } = await report(['first-look', '--db', db, '--out', out]);
    expect(text).toContain('Sweep first-look: 8 of 8 runs finished');
    expect(readFileSync(out, 'utf8')).toContain('Four networks, two seeds each');
  });

  it('tells of runs with other settings where there are none with those asked for', async () => {
    const others = join(folder, 'others.db');
    const store = Store.open(others);
    const preset = readPreset('15.6c');
    await recordGrid(store, { ...preset, base: { ...preset.base, epochs: 5 } });
    store.close();
    const { err } = await report(['15.6c', '--db', others, '--out', out]);
    const told = 'node scripts/report.js 15.6c --epochs 5 --db ';
    expect(err).toBe(
      `Nothing is recorded with the exercise’s own settings, but there are runs with --epochs 5. This reports them: ${told}${others}.\n`,
    );
    expect(readFileSync(out, 'utf8')).toContain(`<code>${told}`);
  });

  it('tells only of those that there are', async () => {
    const { exitCode, err } = await report(['15.6', '--db', db, '--out', out, '--epochs', '7']);
    expect([exitCode, err]).toEqual([0, '']);
    const page = readFileSync(out, 'utf8');
    expect(page).toContain('<code>node scripts/sweep.js 15.6 --epochs 7');
    expect(page).not.toContain('but there are runs with');
  });
});

describe('wrong usage of report', () => {
  it.each([
    [[], "report: missing required argument 'sweep'"],
    [['first-lok'], "unknown sweep 'first-lok'. Did you mean 'first-look'?"],
    [['15.6k'], "unknown sweep '15.6k'. Did you mean '15.6c'?"],
    [['15.6', '--ot', 'x'], "report: unknown option '--ot'. Did you mean '--out'?"],
    [['15.6', '--epochs', '0'], '--epochs: expected a number above 0'],
    [['15.6', '--set', 'sede=1'], "--set: unknown field 'sede'"],
    [['first-look', '--seed', '1'], '--seed 1: expected it with 15.6 or a part of it'],
    [
      ['15.6', '--out', join(folder, 'no/such/page.html')],
      'page.html: cannot be written: there is no such file or folder',
    ],
    [['15.6', '--out', folder], 'cannot be written: it is a folder. Give another file with --out.'],
    [['15.6', '--out', join(db, 'page.html')], 'cannot be written'],
    [['15.6', '--markdown', folder], 'cannot be written: it is a folder. Give another file with --markdown.'],
    [['15.6', '--out', 'a.md'], '--out: expected a page such as report.html, found a.md.'],
    [['15.6', '--markdown', out], `report: expected two files, found ${out} for both.`],
    [['15.6', '--out', ''], 'report: expected a file to write'],
    [['15.6', '--db', join(folder, 'no.db')], 'there is no such database'],
  ])('%j is one line and exit code 2', async (args, message) => {
    const extra = [
      ...(args.includes('--db') ? [] : ['--db', db]),
      ...(args.includes('--out') ? [] : ['--out', out]),
    ];
    const { exitCode, out: text, err } = await report([...args, ...extra]);
    expect(err).toContain(message);
    expect([exitCode, text, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  });
});
