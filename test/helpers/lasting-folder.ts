import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for all tests of a file, which goes with the last of them. To be called at its top, or in `beforeAll`. */
export function makeLastingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
