import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { CLUSTER_LIMIT_MS } from './cluster.js';
import { IS_ASKED, LIMIT_MS, Site } from './site.js';

const page = readFileSync(join(findPackageRoot(), 'docs', 'machines.md'), 'utf8');

/** What is in the page's blocks of a language, in their order. */
function readBlocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^ *\`\`\`${language}\n(.*?)^ *\`\`\`$`, 'gms'))].map(([, text]) =>
    text!.replaceAll(/^ +(?=\w)/gm, '').trim(),
  );
}

/** Numbers, names and folders are each site's own. */
function anonymise(text: string, folder: string): string {
  return text
    .replaceAll(folder, '/home/me/convoy')
    .replaceAll(/\b[\da-f]{8}\b/g, '1f3a9c2d')
    .replaceAll(/\bjob \d+/g, 'job 4711');
}

describe.runIf(IS_ASKED)('the page of Slurm', { timeout: LIMIT_MS }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(1001);
  }, CLUSTER_LIMIT_MS);
  afterAll(() => site?.close());

  /** A command of the page, which names a script in the program's folder. */
  function follow(command: string) {
    const [node, script = '', ...args] = command.split(' ');
    expect(node).toBe('node');
    return site.convoy([script.replace(/^scripts\/(.*)\.js$/, '$1'), ...args]);
  }

  it('says what its commands say', async () => {
    const commands = readBlocks('sh');
    const [check] = commands.filter((command) => command.startsWith('srun '));
    const checked = await site.run('srun', [
      process.execPath,
      join(findPackageRoot(), 'scripts', 'check.js'),
      ...check!.split(' ').slice(3),
    ]);
    expect(checked).toMatchObject({ code: 0 });
    const [grid] = readBlocks('json');
    writeFileSync(join(site.folder, 'grid.json'), grid!);
    const [submitting] = commands.filter((command) => command.includes(' --slurm'));
    const [submitted] = readBlocks('text').filter((text) => text.includes(' to submit'));
    const { code, err } = await follow(submitting!);
    expect(code).toBe(0);
    expect(anonymise(err, site.folder).trim()).toBe(submitted);
    await site.drainQueue();
    const [collecting] = commands.filter((command) => command.endsWith(' --collect'));
    const collected = await follow(collecting!);
    expect(collected).toMatchObject({ code: 0 });
    expect(collected.err).toContain('widths: 6 results recorded from ');
  });
});
