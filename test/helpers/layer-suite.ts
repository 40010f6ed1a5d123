import { describe, expect, it } from 'vitest';
import { DERIVATIVE_TOLERANCE, TRIED_WORKERS } from '../../src/check/layer.js';
import { LayerTrial } from '../../src/check/layer-trial.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';

export interface LayerCase {
  readonly name: string;
  readonly layer: { readonly kind: string } & Readonly<Record<string, unknown>>;
  readonly input: readonly [height: number, width: number, channels: number];
  /** Expected output. */
  readonly output: readonly [height: number, width: number, channels: number];
  readonly images?: number;
  /** False leaves out the same with images in lanes. */
  readonly lanes?: boolean;
  /** False leaves out the reference kernels, where they would take a minute. */
  readonly reference?: boolean;
}

/** Derivatives checked in each parameter of the reference, which takes a hundred times as long for each. */
const REFERENCE_SAMPLES = 8;

/** What every kind of layer is held to: shape, gradients, and independence of workers and of the kernels' instruction set. */
export function describeLayer(kind: string, cases: readonly LayerCase[]): void {
  describe(kind, () => {
    // Few images lie one after another; more of them in lanes, where the layer can work so.
    const inLanes = cases.filter(({ lanes }) => lanes !== false);
    for (const layerCase of [
      ...cases,
      ...inLanes.map((one) => ({ ...one, name: `${one.name}, in lanes`, images: 19 })),
    ]) {
      describe(layerCase.name, () => {
        it('infers its output shape', () => {
          const { height, width, channels } = build(layerCase).output;
          expect([height, width, channels]).toEqual(layerCase.output);
        });

        const names = availableKernelNames().filter(
          (name) => name !== 'reference' || layerCase.reference !== false,
        );
        it.each(names)('has the gradients of its forward pass (%s)', (name) => {
          const { error, text } = build(layerCase, loadKernels(name)).findWorstDerivative(
            name === 'reference' ? REFERENCE_SAMPLES : undefined,
          );
          expect(error, text).toBeLessThan(DERIVATIVE_TOLERANCE);
        });

        const native = loadKernels(availableKernelNames()[0]!);
        it.each(TRIED_WORKERS)('gives the same bits on %i workers as on one', (workers) => {
          expect(build(layerCase, native).compute(workers)).toEqual(build(layerCase, native).compute(1));
        });

        it('gives the same bits after other numbers, of fewer images after more, and again', () => {
          const { images = 5 } = layerCase;
          const some = Math.ceil(images / 2);
          const [all, fewer] = [
            build(layerCase, native).compute(1),
            build(layerCase, native).compute(1, some),
          ];
          const trial = build(layerCase, native);
          trial.disturb();
          expect(trial.compute(1)).toEqual(all);
          expect(trial.compute(1, some)).toEqual(fewer);
          expect(trial.compute(1)).toEqual(all);
        });

        it('is evaluated to finite numbers, the same on any number of workers and after others', () => {
          const evaluating = { ...layerCase, training: false };
          const trial = build(evaluating, native);
          const outputs = trial.evaluate();
          expect(outputs.every(Number.isFinite)).toBe(true);
          trial.disturb();
          expect(trial.evaluate()).toEqual(outputs);
          expect(build(evaluating, native).evaluate(3)).toEqual(outputs);
        });
      });
    }
  });
}

function build(
  { layer, input, images = 5, training = true }: LayerCase & { readonly training?: boolean },
  kernels = referenceKernels,
): LayerTrial {
  return new LayerTrial({ layer, input, images, training, kernels, kinds: LAYER_KINDS });
}
