import { BUNDLE_IMAGES } from '../../kernels/constants.js';
import { isDilated, type WindowGeometry } from '../../kernels/geometry.js';
import { packedFloats, panelCount } from '../../kernels/interface/products.js';
import type { BoundLayer, LayerSite } from '../layer.js';
import { rowsOf } from '../parts.js';
import { type BlockPass, overSlices, type Pass, type PassLabel, passUntil } from '../pass.js';
import { bindBiasGradient } from './bias-gradient.js';

/** Whether each channel is convolved by itself, with one kernel; a dilated one's products run as those of other groups. */
export function isDepthwise(g: WindowGeometry): boolean {
  const eachAlone = g.groups > 1 && g.groups === g.inputChannels && g.groups === g.outputChannels;
  return eachAlone && !isDilated(g);
}

/** Floats of the packed kernels. */
export function countDepthwiseFloats(g: WindowGeometry): number {
  return packedFloats(g.kernelHeight * g.kernelWidth, g.groups);
}

/** A depthwise convolution in either layout: sums over taps, with no products of matrices. */
export function bindConvolutionDepthwise(g: WindowGeometry, site: LayerSite): BoundLayer {
  const { kernels, batch, input, output, layout, inputLearningEpochs } = site;
  const { kernel, bias } = site.parameters;
  const lanes = layout === 'lanes' ? BUNDLE_IMAGES : 1;
  const packed = site.shared.packed!;
  const pack = kernels.bindPackTransposed({
    rows: g.groups,
    columns: g.kernelHeight * g.kernelWidth,
    b: kernel!.value,
    packed,
  });
  const prepare: BlockPass[] = [{ over: 'blocks', waits: false, blocks: panelCount(g.groups), run: pack }];
  const forward = kernels.bindDepthwiseForward({
    g,
    lanes,
    x: input.value,
    packed,
    bias: bias?.value ?? null,
    y: output.value,
  });
  /** Over parts of a map of such a height, `run` by bundles or images, and rows of them. */
  const overRows = (
    height: number,
    waits: boolean,
    label: PassLabel,
    run: (index: number, first: number, count: number, firstRow: number, rows: number) => void,
  ): Pass =>
    layout === 'images'
      ? overSlices(({ index, first, count }) => run(index, first, count, 0, height), label)
      : {
          ...label,
          over: 'units',
          waits,
          run(unit) {
            const rows = rowsOf(unit, height);
            run(unit.index, unit.bundle, 1, rows.first, rows.count);
          },
        };
  const products = { products: 1 };
  // A unit's rows of Y come from rows of X that may be other units', and its rows of dX from such rows of dY.
  const forwardPass = overRows(g.outputHeight, true, products, (_, ...rows) => forward(...rows));
  if (!site.training) return { prepare, forward: [forwardPass], backward: [] };

  const backward: Pass[] = [];
  if (site.needsInputGradient) {
    const inputGradient = kernels.bindDepthwiseInputGradient({
      g,
      lanes,
      dy: output.gradient,
      packed,
      dx: input.gradient,
    });
    const pass = overRows(g.inputHeight, true, products, (_, ...rows) => inputGradient(...rows));
    backward.push(...passUntil(inputLearningEpochs, batch, pass));
  }
  backward.push(...bindBiasGradient(site));
  const correlate = kernel!.gradient.map((df) =>
    kernels.bindDepthwiseKernelGradient({ g, lanes, x: input.value, dy: output.gradient, df }),
  );
  const label = { ...products, name: 'kernel gradient' };
  const kernelGradient = overRows(g.outputHeight, false, label, (part, ...rows) => correlate[part]!(...rows));
  backward.push(...passUntil(kernel!.learningEpochs, batch, kernelGradient));
  return { prepare, forward: [forwardPass], backward };
}
