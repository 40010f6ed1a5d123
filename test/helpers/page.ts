import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';

const root = findPackageRoot();

/** Runs a command that serves until Ctrl-C, and gives it that once it has printed where. */
const SERVE = `
  const child = require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (printed) => {
    process.stdout.write(printed);
    child.kill('SIGINT');
  });
  child.on('close', (code) => {
    process.exitCode = code ?? 1;
  });
`;

/** A page for users, by its path from the project's root. */
export const readPage = (path: string) => readFileSync(join(root, path), 'utf8');

/** A page's blocks of one language. */
export function blocksOf(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!);
}

/** A page's commands of the program, one after another. */
export function commandsOf(page: string): string[] {
  return blocksOf(page, 'sh')
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, ''))
    .filter((line) => line.startsWith('node scripts/'));
}

/** Writes the files that a page shows: a name and a colon, then a block. */
export function writePageFiles(page: string, folder: string): void {
  for (const [, name, text] of page.matchAll(/`([\w-]+\.json)`:\n\n```json\n(.*?)```/gs))
    writeFileSync(join(folder, name!), text!);
}

/**
 * Runs a page's command in a folder, as it stands there but for the time that it takes: trainings are cut short.
 *
 * @returns what it prints
 */
export function runCommand(command: string, folder: string): string {
  const [, script, ...args] = wordsOf(command);
  const trains = /scripts\/(sweep|train)\.js/.test(script!) && !/--list|--dry-run/.test(command);
  const small = ['--epochs', '1', '--set', 'trainCount=200', '--set', 'testCount=100'];
  // Validation images are taken of those for training.
  const fits = args.some((arg) => arg.endsWith('.json')) ? ['--set', 'validationCount=50'] : [];
  const shortened = trains ? [...withoutEpochs(args), ...small, ...fits] : args;
  const serves = /scripts\/dashboard\.js/.test(script!);
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [...(serves ? ['-e', SERVE] : []), join(root, script!), ...shortened],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(status, `${command}\n${stderr}`).toBe(0);
  return stdout;
}

/** A command's words; quotes hold a word together. */
const wordsOf = (command: string) =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain!,
  );

/** Options are given once. */
function withoutEpochs(args: readonly string[]): string[] {
  const at = args.indexOf('--epochs');
  return at < 0 ? [...args] : [...args.slice(0, at), ...args.slice(at + 2)];
}
