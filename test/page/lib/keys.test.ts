import { describe, expect, it } from 'vitest';
import { takesText } from '../../../page/src/lib/keys.js';

describe('letters', () => {
  it.each([
    [{ tagName: 'INPUT', type: 'search' }, true],
    [{ tagName: 'INPUT', type: 'number' }, true],
    [{ tagName: 'TEXTAREA' }, true],
    [{ tagName: 'DIV', isContentEditable: true }, true],
    [{ tagName: 'INPUT', type: 'checkbox' }, false],
    [{ tagName: 'INPUT', type: 'range' }, false],
    [{ tagName: 'SELECT', type: 'select-one' }, false],
    [{ tagName: 'TR' }, false],
    [null, false],
  ])('of %o are text: %s', (target, isText) => {
    expect(takesText(target)).toBe(isText);
  });
});
