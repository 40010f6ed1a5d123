import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashProgram } from '../../../src/cli/train/program-hash.js';
import { makeFolder } from '../../experiment/fake-runs.js';

const PROGRAM = {
  'src/cli/train/on-ranks.js': "import { Ranks } from '../../parallel/ranks.js';\n",
  'src/parallel/ranks.js': "import { join } from 'node:path';\nexport * from './transport.js';\n",
  'src/parallel/transport.js': "import './ranks.js';\nexport const STREAMS = 3;\n",
  'workers/train.js': '',
  'workers/evaluate.js': "import evaluate from '../src/evaluation.js';\n",
  'src/evaluation.js': '',
};

function hash(change: Readonly<Record<string, string>> = {}): string {
  const dist = makeFolder();
  for (const [name, text] of Object.entries({ ...PROGRAM, ...change })) {
    mkdirSync(dirname(join(dist, name)), { recursive: true });
    writeFileSync(join(dist, name), text);
  }
  return hashProgram(dist);
}

describe("the hash of a rank's program", () => {
  it('is that of the same modules anywhere', () => {
    expect(hash()).toBe(hash());
  });

  it.each(Object.keys(PROGRAM))('is another if %s is another', (name) => {
    expect(hash({ [name]: `${PROGRAM[name as keyof typeof PROGRAM]}// changed\n` })).not.toBe(hash());
  });

  it('does not depend on what nothing imports', () => {
    expect(hash({ 'src/parallel/removed.js': 'an earlier build\n' })).toBe(hash());
  });

  it('is that of all modules of the build that train', () => {
    expect(hashProgram()).toMatch(/^[\da-f]{64}$/);
  });
});
