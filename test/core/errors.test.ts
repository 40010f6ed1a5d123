import { describe, expect, it } from 'vitest';
import { TextError, UserError } from '../../src/core/errors.js';

describe("a user's mistake", () => {
  it('is one line, whatever stands in the names that it tells', () => {
    expect(new UserError('a\nb.json:\n  no').message).toBe('a b.json: no');
    expect(new UserError('a\u001b[2J\u0007\u202eb').message).toBe('a\\u001b[2J\\u0007\\u202eb');
  });

  it('is a line of some length at most, with how to mend it at its end', () => {
    const { message } = new UserError(`spec: found ${'x'.repeat(1e6)}. Remove it.`);
    expect(message.length).toBeLessThan(5000);
    expect(message).toMatch(/^spec: found x+ … x+\. Remove it\.$/);
  });

  it('in a text is shown in two more lines', () => {
    const { message } = new TextError('pattern: no', 'AB\u001b[2J\nCD', 1);
    expect(message).toBe('pattern: no\n  AB [2J CD\n   ^');
  });
});
