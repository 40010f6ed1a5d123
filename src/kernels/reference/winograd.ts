import { BUNDLE_IMAGES, WINOGRAD_PANEL } from '../constants.js';
import { kernelRows, type WindowGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { countTiles } from '../winograd.js';
import { bindConvolutionForwardLanes, bindConvolutionInputGradientLanes } from './lanes.js';
import { inputFloats, listTaps, outputFloats } from './window.js';

// What the transforms compute is a convolution, so the reference does without them: its u is the kernel, its du the kernel's gradient, parts
// × kernel rows × output channels.

const countKernelTaps = (g: WindowGeometry) => g.kernelHeight * g.kernelWidth;
const tapFloats = (g: WindowGeometry) => g.inputChannels * g.outputChannels;

export const bindWinogradKernel: Kernels['bindWinogradKernel'] =
  ({ g, f, u }) =>
  (firstInput, inputs) => {
    for (let tap = 0; tap < countKernelTaps(g); tap++) {
      const first = tap * tapFloats(g) + firstInput * g.outputChannels;
      u.set(f.subarray(first, first + inputs * g.outputChannels), first);
    }
  };

export const bindWinogradForward: Kernels['bindWinogradForward'] = ({ g, x, u, bias, y }) =>
  bindConvolutionForwardLanes({ g, x, f: u, bias, y });

export const bindWinogradInputGradient: Kernels['bindWinogradInputGradient'] = ({ g, dy, u, dx }) =>
  bindConvolutionInputGradientLanes({ g, dy, f: u, dx });

export const bindWinogradInputGradientOverlapping: Kernels['bindWinogradInputGradientOverlapping'] =
  bindWinogradInputGradient;

export const bindWinogradKernelProducts: Kernels['bindWinogradKernelProducts'] =
  ({ g, tile, x, dy, du, parts }) =>
  (images, part, firstPanel, panels) => {
    const n = g.outputChannels;
    const tiles = Math.ceil(images / BUNDLE_IMAGES) * countTiles(g.outputHeight, g.outputWidth, tile);
    const first = Math.floor((part * tiles) / parts);
    const end = Math.floor(((part + 1) * tiles) / parts);
    const sums = new Float64Array(countKernelTaps(g) * tapFloats(g));
    const taps = listTaps(g);
    for (let image = 0; image < images; image++) {
      const bundle = Math.floor(image / BUNDLE_IMAGES);
      const lane = image % BUNDLE_IMAGES;
      const [xBegin, dyBegin] = [bundle * inputFloats(g), bundle * outputFloats(g)];
      for (const tap of taps) {
        const index = tileOf(g, tile, bundle, tap.output);
        if (index < first || index >= end) continue;
        for (let c = 0; c < g.inputChannels; c++) {
          const value = x[(xBegin + tap.input * g.inputChannels + c) * BUNDLE_IMAGES + lane]!;
          const row = (tap.kernel * g.inputChannels + c) * n;
          const position = dyBegin + tap.output * n;
          for (let d = 0; d < n; d++) sums[row + d]! += value * dy[(position + d) * BUNDLE_IMAGES + lane]!;
        }
      }
    }
    for (let row = 0; row < kernelRows(g); row++) {
      for (
        let d = firstPanel * WINOGRAD_PANEL;
        d < Math.min(n, (firstPanel + panels) * WINOGRAD_PANEL);
        d++
      ) {
        du[part * sums.length + row * n + d] = sums[row * n + d]!;
      }
    }
  };

export const bindWinogradKernelGradient: Kernels['bindWinogradKernelGradient'] =
  ({ g, du, df, parts }) =>
  (firstInput, inputs) => {
    const n = g.outputChannels;
    for (let tap = 0; tap < countKernelTaps(g); tap++) {
      const first = tap * tapFloats(g) + firstInput * n;
      for (let i = first; i < first + inputs * n; i++) {
        let sum = 0;
        for (let part = 0; part < parts; part++) sum += du[part * countKernelTaps(g) * tapFloats(g) + i]!;
        df[i] = sum;
      }
    }
  };

/** The tile that an output position lies in, counted through all bundles. */
function tileOf(g: WindowGeometry, tile: number, bundle: number, position: number): number {
  const y = Math.floor(Math.floor(position / g.outputWidth) / tile);
  const x = Math.floor((position % g.outputWidth) / tile);
  return bundle * countTiles(g.outputHeight, g.outputWidth, tile) + y * Math.ceil(g.outputWidth / tile) + x;
}
