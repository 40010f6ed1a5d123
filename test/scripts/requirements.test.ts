import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';

const { checkSymbols } = await import(join(findPackageRoot(), 'scripts/package/requirements.js'));

/** As readelf prints them. */
const line = (symbol: string) => `    17: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND ${symbol}\n`;

describe('what a prebuilt addon needs', () => {
  it('is the newest symbol of each library', () => {
    const symbols = [
      'memset@GLIBC_2.2.5 (2)',
      'memcpy@GLIBC_2.14 (4)',
      '_Znwm@GLIBCXX_3.4 (3)',
      'napi_typeof',
      '__gmon_start__',
    ];
    expect(checkSymbols(symbols.map(line).join(''), 'a.node')).toEqual({ GLIBC: '2.14', GLIBCXX: '3.4' });
  });

  it('does not count what it exports itself', () => {
    expect(
      checkSymbols(
        '     1: 0000000000001000     8 FUNC    GLOBAL DEFAULT   12 napi_register_module_v1\n',
        'a.node',
      ),
    ).toEqual({});
  });

  it.each([
    ['__libc_single_threaded@GLIBC_2.32 (5)', '__libc_single_threaded of GLIBC 2.32'],
    ['a@GLIBC_2.17.1', 'a of GLIBC 2.17.1'],
    ['_ZSt1@GLIBCXX_3.4.26 (7)', '_ZSt1 of GLIBCXX 3.4.26'],
    ['__subvti3@GCC_3.0', '__subvti3 of GCC 3.0'],
    ['_ZN2v87Isolate10GetCurrentEv', '_ZN2v87Isolate10GetCurrentEv'],
  ])('is refused where it is too new, or of nothing that is there: %s', (symbol, told) => {
    expect(() => checkSymbols(line(symbol), 'a.node')).toThrow(
      new RegExp(
        `^a\\.node: expected symbols of GLIBC 2\\.17, .*, found ${told}\\. Do without them in native/\\.$`,
      ),
    );
  });
});
