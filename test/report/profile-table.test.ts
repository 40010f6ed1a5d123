import { expect, it } from 'vitest';
import { formatProfile } from '../../src/report/profile-table.js';
import { summarizeTimes } from '../../src/run/profile.js';

const passes = [
  { layer: 'conv1', name: 'forward', multiplyAddsPerImage: 1e6, phase: 0 },
  { layer: 'conv2', name: 'forward', multiplyAddsPerImage: 3e6, phase: 0 },
  { layer: null, name: 'loss', multiplyAddsPerImage: 0, phase: 1 },
];
const times = Float64Array.of(10, 1000, 160, 2, 50, 50, 20, 10, 20);

it('is a line and three tables', () => {
  const text = formatProfile(summarizeTimes({ passes, phases: 2 }, [times], 100, 'avx2'));
  expect(text.split('\n')).toEqual([
    '16.00 ms a step: mean of 10 steps of 100 images on 1 worker (avx2), 6,250 images/s, 50.0 GFLOP/s, 50.0% of the 100 measured',
    '',
    'layer  pass     ms/step  of step  GFLOP/s  of peak  barrier ms  worst ms',
    '-----  -------  -------  -------  -------  -------  ----------  --------',
    'conv1  forward    5.000    31.3%     40.0    40.0%           -         -',
    'conv2  forward    5.000    31.3%    120.0   120.0%       1.000     1.000',
    '-      loss       2.000    12.5%        -        -       2.000     2.000',
    '',
    'pass              ms/step  of step  GFLOP/s  of peak',
    '----------------  -------  -------  -------  -------',
    'forward            10.000    62.5%     80.0    80.0%',
    '(at barriers)       3.000    18.8%        -        -',
    'loss                2.000    12.5%        -        -',
    '(between passes)    1.000     6.3%        -        -',
    '',
    'worker  passes ms  barriers ms  of step  longest ms',
    '------  ---------  -----------  -------  ----------',
    '     0     12.000        3.000    18.8%       2.000',
    '',
  ]);
});

it('leaves out what the kernel set cannot measure', () => {
  const text = formatProfile(summarizeTimes({ passes, phases: 2 }, [times], null, 'reference'));
  expect(text).toMatch(/ 50\.0 GFLOP\/s\n/);
  expect(text).toMatch(/^conv1 +forward +5\.000 +31\.3% +40\.0 +- /m);
});
