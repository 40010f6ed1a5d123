import { expect, it } from 'vitest';
import { SilentHeads } from '../../src/queue/silent-heads.js';

it('a head that did not answer is left alone for a minute, unless it was started anew', () => {
  let nowMs = 0;
  const heads = new SilentHeads(() => nowMs);
  const head = { url: 'http://head:1', token: 'first' };
  expect(heads.has(head)).toBe(false);
  heads.add(head);
  nowMs = 59_999;
  expect(heads.has(head)).toBe(true);
  expect(heads.has({ ...head, token: 'second' })).toBe(false);
  expect(heads.has({ ...head, url: 'http://head:2' })).toBe(false);
  nowMs = 60_000;
  expect(heads.has(head)).toBe(false);
  heads.add(head);
  expect(heads.has(head)).toBe(true);
});
