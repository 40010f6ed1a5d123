import type { WindowGeometry } from '../../kernels/geometry.js';
import type { BoundLayer, LayerSite } from '../layer.js';
import { type Pass, passUntil } from '../pass.js';
import { bindBiasGradient } from './bias-gradient.js';
import { bindDirectKernelGradient, bindDirectProducts, cutsKernelByRows } from './convolution-direct.js';
import { bindWinogradKernelGradient, bindWinogradProducts, chooseWinograd } from './convolution-winograd.js';

/** Whether dF is summed over the whole mini-batch by the layer itself. */
export function sumsKernelGradient(g: WindowGeometry): boolean {
  return cutsKernelByRows(g) || chooseWinograd(g).kernelGradient > 0;
}

/**
 * A convolution on bundles of 16 images. A unit makes its rows of Y from rows of X that may be other units', and its rows of dX from such
 * rows of dY.
 */
export function bindConvolutionLanes(g: WindowGeometry, site: LayerSite): BoundLayer {
  const { batch, inputLearningEpochs } = site;
  const { kernel } = site.parameters;
  const use = chooseWinograd(g);
  const direct = bindDirectProducts(g, site);
  const tile = use.forward || use.inputGradient;
  const minimal = tile ? bindWinogradProducts(g, site, tile) : direct;
  const { prepare } = minimal;
  const { forward } = use.forward ? minimal : direct;
  if (!site.training) return { prepare, forward, backward: [] };

  const { inputGradient } = use.inputGradient ? minimal : direct;
  const backward: Pass[] = inputGradient.flatMap((pass) => passUntil(inputLearningEpochs, batch, pass));
  const behindInputGradient = backward.length > 0;
  backward.push(...bindBiasGradient(site));
  const kernelGradient = use.kernelGradient
    ? bindWinogradKernelGradient(g, site, use.kernelGradient, behindInputGradient)
    : [bindDirectKernelGradient(g, site, behindInputGradient)];
  backward.push(...kernelGradient.flatMap((pass) => passUntil(kernel!.learningEpochs, batch, pass)));
  return { prepare, forward, backward };
}
