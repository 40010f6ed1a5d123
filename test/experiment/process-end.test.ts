import { describe, expect, it } from 'vitest';
import { describeEnd } from '../../src/experiment/process-end.js';

const ended = (signal: NodeJS.Signals) => ({ code: null, signal });

describe("a process's end in words", () => {
  it.each([
    [ended('SIGSEGV'), [], 'was ended by SIGSEGV'],
    [ended('SIGKILL'), [], 'was ended by SIGKILL, by hand or by the system where memory ran out'],
    [{ code: 7, signal: null }, [], 'ended with exit code 7'],
    [{ code: null, signal: null }, ['spawn node EMFILE'], 'could not be started: spawn node EMFILE'],
    [
      { code: 1, signal: null },
      [
        'file:///a/plugin.mjs:3',
        "    throw new Error('x');",
        'Error: x',
        '    at plugin.mjs:3',
        '',
        'Node.js v20',
      ],
      'ended with exit code 1: Error: x',
    ],
    [
      { code: 9, signal: null },
      ['node: bad option: --nope'],
      'ended with exit code 9: node: bad option: --nope',
    ],
    [
      ended('SIGABRT'),
      ['==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1', '#0 0x2 in f', 'SUMMARY: more'],
      'was ended by SIGABRT: ==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1',
    ],
    [
      ended('SIGABRT'),
      ['terminate called without', '  what():  no'],
      'was ended by SIGABRT: terminate called without',
    ],
    [ended('SIGABRT'), ['something of its own', ''], 'was ended by SIGABRT: something of its own'],
  ])('%o', (end, lines, text) => {
    expect(describeEnd(end, lines)).toBe(text);
  });

  it('names the limit of the heap and how to lift it', () => {
    const line = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory';
    expect(describeEnd(ended('SIGABRT'), ['<--- Last few GCs --->', line])).toBe(
      `ran out of memory for JavaScript (${line}). Give it more: NODE_OPTIONS=--max-old-space-size=MEGABYTES`,
    );
  });
});
