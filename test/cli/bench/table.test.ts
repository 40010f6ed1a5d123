import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../src/bench/figure.js';
import { formatRecord } from '../../../src/cli/bench/table.js';
import { UserError } from '../../../src/core/errors.js';
import { makeFolder } from '../../experiment/fake-runs.js';

const KERNELS = 'avx2';
const FIGURES: readonly Figure[] = [
  {
    name: 'machine',
    threads: 2,
    kernels: KERNELS,
    gflops: 200,
    shareOfPeak: 1,
    gigabytesPerSecond: 20,
    processor: 'some processor',
    node: '20.9.0',
  },
  { name: 'step/SK-1', threads: 1, kernels: KERNELS, imagesPerSecond: 2000, gflops: 60, shareOfPeak: 0.6 },
  {
    name: 'step/SK-1',
    threads: 2,
    kernels: KERNELS,
    imagesPerSecond: 3876.5,
    gflops: 110,
    shareOfPeak: 0.55,
    speedup: 1.938,
    peer: 1552.1,
    ratio: 2.4976,
    peerName: 'PyTorch 1.13.1',
  },
  { name: 'eval/SK-1', threads: 2, kernels: KERNELS, imagesPerSecond: 9000, gflops: 80, shareOfPeak: 0.4 },
];

/** Writes lines and formats them. */
function formatLines(lines: readonly string[], options: { byNetwork?: true } = {}): string {
  const file = join(makeFolder(), 'figures.jsonl');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return formatRecord({ suite: 'table', file, ...options });
}

const LINES = FIGURES.map((figure) => JSON.stringify(figure));

describe('recorded figures as Markdown', () => {
  it('have a row each, and columns for what any of them has', () => {
    expect(formatLines(LINES).split('\n')).toEqual([
      'some processor; Node.js 20.9.0; kernels avx2; PyTorch 1.13.1',
      '',
      '| figure | threads | images/s | µs/image | GFLOP/s | of peak | bound by | speed-up | PyTorch 1.13.1 | ratio |',
      '| :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
      '| machine | 2 |  |  | 200.0 | 100% | 20.0 GB/s |  |  |  |',
      '| step/SK-1 | 1 | 2,000 | 500.0 | 60.0 | 60% |  |  |  |  |',
      '| step/SK-1 | 2 | 3,877 | 258.0 | 110.0 | 55% |  | 1.94 | 1,552 | 2.50 |',
      '| eval/SK-1 | 2 | 9,000 | 111.1 | 80.0 | 40% |  |  |  |  |',
      '',
    ]);
  });

  it('stand by network, on the most threads', () => {
    expect(formatLines(LINES, { byNetwork: true }).split('\n').slice(2)).toEqual([
      '| network | training | PyTorch 1.13.1 | ratio | evaluation |',
      '| :-- | --: | --: | --: | --: |',
      '| SK-1 | 3,880 | 1,550 | 2.5 | 9,000 |',
      '',
    ]);
  });

  it('say of each peer in which setting it was', () => {
    const evaluation = FIGURES[3]!;
    const compare = (peerName: string, peerSetting: string, peer: number): Figure => {
      return { ...evaluation, peer, ratio: evaluation.imagesPerSecond! / peer, peerName, peerSetting };
    };
    const compared = [
      { ...FIGURES[2]!, peerSetting: 'jemalloc, contiguous' },
      compare('PyTorch 1.13.1', 'tcmalloc, channels last, frozen', 3000),
      compare('ONNX Runtime 1.30.0', 'all optimizations', 4500),
    ];
    const lines = compared.map((figure) => JSON.stringify(figure));
    expect(formatLines(lines).split('\n').slice(2, 7)).toEqual([
      '| figure | threads | images/s | µs/image | GFLOP/s | of peak | speed-up | peer | ratio | beside |',
      '| :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
      '| step/SK-1 | 2 | 3,877 | 258.0 | 110.0 | 55% | 1.94 | 1,552 | 2.50 | PyTorch 1.13.1: jemalloc, contiguous |',
      '| eval/SK-1 | 2 | 9,000 | 111.1 | 80.0 | 40% |  | 3,000 | 3.00 | PyTorch 1.13.1: tcmalloc, channels last, frozen |',
      '| eval/SK-1 | 2 | 9,000 | 111.1 | 80.0 | 40% |  | 4,500 | 2.00 | ONNX Runtime 1.30.0: all optimizations |',
    ]);
    expect(formatLines(lines, { byNetwork: true }).split('\n').slice(2)).toEqual([
      '| network | training | PyTorch 1.13.1 | ratio | evaluation | PyTorch 1.13.1 | ratio | ONNX Runtime 1.30.0 | ratio |',
      '| :-- | --: | --: | --: | --: | --: | --: | --: | --: |',
      '| SK-1 | 3,880 | 1,550 | 2.5 | 9,000 | 3,000 | 3.0 | 4,500 | 2.0 |',
      '',
      '- PyTorch 1.13.1: jemalloc, contiguous: step/SK-1',
      '- PyTorch 1.13.1: tcmalloc, channels last, frozen: eval/SK-1',
      '- ONNX Runtime 1.30.0: all optimizations: eval/SK-1',
      '',
    ]);
  });

  it.each([
    ['something else', ['{}'], /line 1: expected a figure as bench <suite> --json prints it, found '{}'/],
    ['no JSON', [LINES[0]!, 'figure threads'], /line 2: expected a figure .* found 'figure threads'/],
    ['nothing', [], /is empty\. Fill it with bench <suite> --json/],
  ])('are not made of %s', (_what, lines, message) => {
    expect(() => formatLines(lines)).toThrow(UserError);
    expect(() => formatLines(lines)).toThrow(message);
  });
});
