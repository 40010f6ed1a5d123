import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../src/bench/figure.js';
import { SUITES, type SuiteName } from '../../../src/bench/suites.js';
import { FigureLines } from '../../../src/cli/bench/lines.js';

const CORES = 2;
const TERMINAL = 80;
const WIDE = Number.POSITIVE_INFINITY;

const FIGURE: Figure = {
  name: 'eval/SK-0.2',
  threads: 2,
  kernels: 'avx2',
  imagesPerSecond: 293852.4,
  gflops: 127.25,
  shareOfPeak: 0.54,
  limit: 'memory',
  shareOfLimit: 0.811,
  speedup: 1.973,
  peer: 53210,
  ratio: 5.5226,
  peerName: 'PyTorch 1.13.1',
  peerSetting: 'tcmalloc, channels last, optimized',
};

const format = (suite: SuiteName, width: number, figure: Figure, hasPeers = true) => {
  const lines = new FigureLines(SUITES[suite].listCases(CORES), hasPeers, width);
  return (lines.formatTitles() + lines.formatFigure(figure)).trimEnd().split('\n');
};

describe('printed figures', () => {
  it('take a line each where there is room, with the peer and its setting', () => {
    expect(format('steps', WIDE, FIGURE)).toEqual([
      'figure       threads   images/s   µs/image  GFLOP/s  of peak     bound by  speed-up       peer   ratio  beside',
      '-----------  -------  ---------  ---------  -------  -------  -----------  --------  ---------  ------  ------',
      'eval/SK-0.2        2    293,852        3.4    127.3      54%   memory 81%      1.97     53,210    5.52  PyTorch 1.13.1: tcmalloc, channels last, optimized',
    ]);
  });

  it('stand in a terminal with the peer on a line of its own', () => {
    expect(format('steps', TERMINAL, FIGURE)).toEqual([
      'figure       threads   images/s  GFLOP/s  of peak     bound by  speed-up',
      '         peer   ratio  beside',
      '-----------  -------  ---------  -------  -------  -----------  --------',
      '    ---------  ------  ------',
      'eval/SK-0.2        2    293,852    127.3      54%   memory 81%      1.97',
      '       53,210    5.52  PyTorch 1.13.1: tcmalloc, channels last, optimized',
    ]);
  });

  it('have columns for what their suite measures', () => {
    const memory = { name: 'memory/VGG-16', threads: 2, kernels: 'avx2', megabytes: 884, shareOfPeak: null };
    expect(format('process', WIDE, memory, false)).toEqual([
      'figure         threads     takes  GFLOP/s  of peak     bound by',
      '-------------  -------  --------  -------  -------  -----------',
      'memory/VGG-16        2    884 MB        -        -            -',
    ]);
  });

  it.each(Object.keys(SUITES) as SuiteName[])('of %s fit into 80 characters', (suite) => {
    const cases = SUITES[suite].listCases(CORES);
    const lines = new FigureLines(cases, true, TERMINAL);
    const printed = cases.map(({ name }) => lines.formatFigure({ ...FIGURE, name }));
    for (const line of [lines.formatTitles(), ...printed].join('').split('\n')) {
      expect(line.length, line).toBeLessThanOrEqual(TERMINAL);
    }
  });
});
