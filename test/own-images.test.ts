import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { readManifest } from '../src/core/manifest.js';
import { findPackageRoot } from '../src/core/paths.js';
import { makeFolder } from './experiment/fake-runs.js';
import { writePicture } from './helpers/picture-folder.js';

const root = findPackageRoot();
const page = readFileSync(join(root, 'docs/own-images.md'), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!);

const CLASSES = [
  ...['ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'goat', 'hare', 'ibis'],
  ...['jay', 'koi', 'lynx', 'mole', 'newt', 'owl', 'pig', 'quail'],
];

/** A disc of the class's own size and colour, somewhere in a JPEG of 64×64. */
async function drawPhotos(folder: string): Promise<void> {
  for (const [label, name] of CLASSES.entries()) {
    for (let i = 1; i <= 10; i++) {
      const [y, x] = [24 + ((7 * i) % 16), 24 + ((11 * i) % 16)];
      const hue = Math.round((360 * label) / CLASSES.length);
      const svg =
        `<svg width="64" height="64"><rect width="64" height="64" fill="hsl(${hue},60%,80%)"/>` +
        `<circle cx="${x}" cy="${y}" r="${6 + label}" fill="hsl(${(hue + 150) % 360},90%,40%)"/></svg>`;
      await writePicture(folder, `${name}/${i}.jpg`, sharp(Buffer.from(svg)).jpeg());
    }
  }
}

it('the page’s commands and programs take photos to a saved network and its answers', async () => {
  const folder = makeFolder();
  await drawPhotos(join(folder, 'photos'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', readManifest().name));
  writeFileSync(join(folder, 'net.json'), blocks('json')[0]!);
  const env = { ...process.env, CONVOY_CACHE: join(folder, 'cache') };
  const node = (args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    return stdout;
  };
  const commands = [...blocks('sh')[0]!.matchAll(/^node scripts\/(.*?)(?: +#.*)?$/gm)].map(
    ([, line]) => line!,
  );
  expect(commands.map((line) => line.split(' ')[0])).toEqual([
    'data.js',
    'data.js',
    'train.js',
    'predict.js',
  ]);
  const outputs = commands.map((line) => {
    const [script, ...args] = line.split(' ');
    return node([join(root, 'scripts', script!), ...args]);
  });
  expect(outputs[0]).toMatch(/136 training and 34 test images of 64×64×3/);
  expect(existsSync(join(folder, 'photos.png'))).toBe(true);
  expect(outputs[3]).toMatch(/^photos\/dog\/1\.jpg\n +\d+\.\d+% {2}dog\n/);
  for (const [i, program] of blocks('js').entries()) {
    const file = join(folder, `program-${i}.mjs`);
    writeFileSync(file, program);
    expect(node([file])).toBe(['dog\n', 'done 2\n'][i]);
  }
}, 240_000);
