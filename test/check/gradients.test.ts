import { describe, expect, it } from 'vitest';
import { checkGradients } from '../../src/check/gradients.js';
import type { Kernels } from '../../src/kernels/kernels.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { chooseKernelName, loadKernels } from '../../src/kernels/select.js';
import { parseNetwork } from '../../src/network/spec.js';

const kernels = loadKernels(chooseKernelName());
const convolution = { kind: 'convolution', kernel: 3, filters: 4 };
const same = { ...convolution, padding: 'same' };
const classifier = { kind: 'fully-connected', units: 5 };
const parse = (...layers: object[]) => parseNetwork({ input: [9, 8, 2], layers: [...layers, classifier] });
const check = (
  layers: object[],
  options: { kernels?: Kernels; oracle?: Kernels; labelSmoothing?: number } = {},
) =>
  checkGradients(
    parse(...layers),
    { labelSmoothing: options.labelSmoothing ?? 0, kernels: options.kernels ?? kernels },
    options.oracle,
  );

describe('the gradient check', () => {
  it.each<[string, object[]]>([
    ['ReLU and max pooling', [convolution, { kind: 'relu' }, { kind: 'max-pooling', kernel: 2 }]],
    [
      'batch normalisation and average pooling',
      [
        convolution,
        { kind: 'batch-normalization' },
        { kind: 'tanh' },
        { kind: 'average-pooling', kernel: 3, stride: 2 },
      ],
    ],
    ['dropout', [convolution, { kind: 'dropout', rate: 0.5 }, convolution, { kind: 'sigmoid' }]],
    ['learned slopes', [convolution, { kind: 'prelu' }]],
    ['trainable pooling', [convolution, { kind: 'trainable-pooling', kernel: 2 }, { kind: 'tanh' }]],
    [
      'a connection table',
      [
        convolution,
        {
          ...convolution,
          filters: 2,
          connections: [
            [0, 1],
            [1, 2, 3],
          ],
        },
      ],
    ],
    ['groups', [convolution, { ...convolution, groups: 2 }, { kind: 'elu' }]],
    [
      'a residual and branches',
      [
        { kind: 'residual', body: [same, { kind: 'relu' }, same], shortcut: [{ ...same, kernel: 1 }] },
        { kind: 'branches', branches: [[same], [{ ...same, filters: 2 }, { kind: 'relu' }]], join: 'concat' },
      ],
    ],
  ])('passes a sound network: %s', (_name, layers) => {
    expect(check(layers)).toMatchObject({ check: 'gradients', passed: true });
  });

  it('passes smoothed labels and the squared error', () => {
    expect(check([convolution], { labelSmoothing: 0.2 }).passed).toBe(true);
    const squares = { ...parse(convolution, { kind: 'gelu' }), loss: 'squared-l2' as const };
    expect(checkGradients(squares, { labelSmoothing: 0, kernels }).passed).toBe(true);
  });

  it.each<[string, Partial<Kernels>]>([
    [
      'a derivative that is forgotten',
      {
        activations: {
          ...referenceKernels.activations,
          relu: {
            ...referenceKernels.activations.relu!,
            bindBackward:
              ({ dy, dx }) =>
              (first, count) =>
                dx.set(dy.subarray(first, first + count), first),
          },
        },
      },
    ],
    [
      'a factor that is a thousandth off',
      {
        bindSumRows(kernel) {
          const run = referenceKernels.bindSumRows(kernel);
          return (first, rows) => {
            run(first, rows);
            kernel.sums.forEach((sum, c) => {
              kernel.sums[c] = 1.001 * sum;
            });
          };
        },
      },
    ],
    [
      'a loss without its gradient',
      {
        bindSoftmaxCrossEntropy(kernel) {
          const run = referenceKernels.bindSoftmaxCrossEntropy({ ...kernel, dOutputs: null });
          return (...numbers) => {
            run(...numbers);
            kernel.dOutputs?.fill(0);
          };
        },
      },
    ],
  ])('fails layers with %s, and says where', (_name, broken) => {
    const layers = [convolution, { kind: 'relu' }, convolution];
    expect(check(layers).passed).toBe(true);
    const { passed, finding } = check(layers, { oracle: { ...referenceKernels, ...broken } });
    expect(passed).toBe(false);
    expect(finding).toMatch(
      /numerical derivatives off by \S+ in (convolution|fully-connected)\d\.\w+\[\d+\] /,
    );
  });

  it.each([1.1, Number.NaN])(
    'fails kernels whose gradients differ from the reference: times %d',
    (factor) => {
      const broken: Kernels = {
        ...kernels,
        name: 'broken',
        activations: {
          ...kernels.activations,
          sigmoid: {
            ...kernels.activations.sigmoid!,
            bindBackward(kernel) {
              const run = kernels.activations.sigmoid!.bindBackward(kernel);
              return (first, count) => {
                run(first, count);
                for (let i = first; i < first + count; i++) kernel.dx[i] = factor * kernel.dx[i]!;
              };
            },
          },
        },
      };
      const { passed, finding } = check([convolution, { kind: 'sigmoid' }], { kernels: broken });
      expect(passed).toBe(false);
      expect(finding).toMatch(/broken off by \S+ in convolution1\.\w+ /);
    },
  );

  it('takes a narrower copy of a large network', () => {
    const wide = [{ ...convolution, filters: 120 }, { kind: 'relu' }, { ...convolution, filters: 120 }];
    expect(check(wide)).toMatchObject({
      passed: true,
      finding: expect.stringMatching(/with 1\/\d+ of the channels$/),
    });
  });
});
