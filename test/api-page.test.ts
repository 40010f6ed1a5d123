import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../src/core/paths.js';
import { makeFolder } from './experiment/fake-runs.js';
import { blocksOf, readPage } from './helpers/page.js';

const root = findPackageRoot();
const programs = blocksOf(readPage('docs/api.md'), 'ts');

/** Prints what a program prints, whose files are in a folder. */
function runProgram(program: string, folder: string): string {
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const moved = outputText.replace(/'([\w.]+\.(?:db|safetensors))'/g, (_, name) =>
    JSON.stringify(join(folder, name)),
  );
  const args = ['--input-type=module', '-e', moved];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}

describe('the programs of docs/api.md', () => {
  it('do what the page says, one after another', () => {
    const folder = makeFolder();
    const number = String.raw`[\d.]+`;
    const printed = programs.map((program) => runProgram(program, folder));
    const expected = [
      `^1 ${number}\\n2 ${number}\\ndone\\n$`,
      '^$',
      `^(?:\\d ${number} 0.001 ${number}\\n)+interrupted stopped by onEpoch after epoch 3 3\\n$`,
      `^4 points\\n(?:\\d done ${number}\\n){4}4 runs, 0 missing\\n$`,
      String.raw`^(?:\d (?:complete|pruned) ${number}\n){4}4 1 \{\s+'learningRate.rate': ${number},\s+momentum: ${number}\s+\} ${number} ${number}\n$`,
      `^(?:${number} 2 ${number}\\n){2}10 \\[ 3, 3, 1, \\d+ \\]\\n$`,
      `(?:.*\\n)*\\d+ \\d+\\ntrue .+\\n$`,
    ];
    expect(printed).toHaveLength(expected.length);
    for (const [i, pattern] of expected.entries()) expect(printed[i]).toMatch(new RegExp(pattern));
  });

  it('have the types that they use', () => {
    const texts = new Map(programs.map((text, i) => [join(root, 'docs', `program-${i}.mts`), text]));
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
    };
    const host = ts.createCompilerHost(options);
    const { readFile, fileExists } = host;
    host.readFile = (file) => texts.get(file) ?? readFile(file);
    host.fileExists = (file) => texts.has(file) || fileExists(file);
    const program = ts.createProgram([...texts.keys()], options, host);
    const mistakes = ts.getPreEmitDiagnostics(program);
    expect(ts.formatDiagnostics(mistakes, { ...host, getNewLine: () => '\n' })).toBe('');
    expect(program.getSourceFile([...texts.keys()][0]!)?.text).toBe(programs[0]);
  });
});
