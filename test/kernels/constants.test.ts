import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';

it('constants.ts is what a C++ compiler reads as constants too', () => {
  const text = readFileSync(join(findPackageRoot(), 'src', 'kernels', 'constants.ts'), 'utf8');
  const lines = text.split('\n').filter((line) => !/^(|\/\/.*|\/\*\*.*\*\/)$/.test(line));
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line).toMatch(/^export const [A-Z_]+ = \d+;$/);
});
