import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/experiment/environment.js';

describe('the environment', () => {
  it('tells machine, Node.js and the versions of all packages', () => {
    const environment = readEnvironment();
    expect(environment.node).toBe(process.version);
    expect(environment.cpu).not.toBe('');
    expect(environment.cores).toBeGreaterThan(0);
    expect(Object.keys(environment.versions)).toEqual(
      expect.arrayContaining(['convoy', 'better-sqlite3', 'piscina']),
    );
    for (const version of Object.values(environment.versions)) expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(environment.gitCommit ?? '0'.repeat(40)).toMatch(/^[0-9a-f]{40}$/);
  });
});
