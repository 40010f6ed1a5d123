import { describe, expect, it } from 'vitest';
import { reportError } from '../../src/cli/exit.js';
import { TextError, UserError } from '../../src/core/errors.js';

function report(error: unknown): [number, string] {
  let text = '';
  const exitCode = reportError(error, (line) => {
    text += line;
  });
  return [exitCode, text];
}

describe('an error that ends a command', () => {
  it("is one line and 2 if it is the user's to mend", () => {
    expect(report(new UserError('grid.json: no.\n  Mend it.'))).toEqual([2, 'grid.json: no. Mend it.\n']);
  });

  it('shows where in a text the mistake is', () => {
    expect(report(new TextError('pattern: no.', 'FC -> CF', 6))).toEqual([
      2,
      'pattern: no.\n  FC -> CF\n        ^\n',
    ]);
  });

  it('keeps its stack trace and is 1 otherwise', () => {
    const [exitCode, text] = report(new TypeError('a bug'));
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^TypeError: a bug\n +at .*exit\.test/);
    expect(report('thrown text')).toEqual([1, 'thrown text\n']);
  });
});
