import { makeGeometry, type WindowGeometry } from '../../kernels/geometry.js';
import type { LayerSite } from '../layer.js';
import { overParts, rowsOf, widthOf } from '../parts.js';
import { NO_PADDING, type WindowConfig } from '../window.js';
import type { Maps } from './maps.js';

/** The windows of a max pooling that a batch normalisation can compute itself: none touches another, and none lies in a border. */
export const POOLED_WINDOW: WindowConfig = { kernel: [2, 2], stride: [2, 2], padding: NO_PADDING };

/** What is normalised goes into the maxima of its windows at once, and is never written itself. Only in lanes: see fusePooling. */
export const pooledMaps: Maps = {
  bindForward(site, rectified, { gain, offset }) {
    const { input, output, layout, kernels } = site;
    const normalize = kernels.bindScaleAndPool({
      g: geometryOf(site),
      x: input.value,
      scale: gain,
      shift: offset,
      rectified,
      y: output.value,
    });
    // By lines of x, which the unit has in its cache then, where they are whole windows; else by lines of y.
    const ownsInput = input.shape.height % 2 === 0;
    const { shape } = ownsInput ? input : output;
    const floats = ownsInput ? 2 * shape.width : shape.width;
    const pass = overParts(shape, layout, ({ firstRow, rows }) =>
      normalize(firstRow / floats, rows / floats),
    );
    const meets = !pooledMaps.isApart(site);
    return { ...pass, waits: meets && !ownsInput, strays: meets && ownsInput };
  },

  bindSums(site, rectified, { mean, gain, offset }, partSums) {
    const { input, output, kernels } = site;
    const arrays = { g: geometryOf(site), x: input.value, y: output.value, dy: output.gradient };
    const by = { mean, scale: gain, shift: offset, rectified };
    const sumPart = partSums.map(([sums, products]) =>
      kernels.bindPooledGradientSums({ ...arrays, ...by, sums, products }),
    );
    const { width } = input.shape;
    return ({ index, firstRow, rows }) => sumPart[index]!(firstRow / width, rows / width);
  },

  bindCombine(site, rectified, { gain, offset, a, b, d }) {
    const { input, output, kernels } = site;
    const arrays = { x: input.value, y: output.value, dy: output.gradient, dx: input.gradient };
    const by = { a, b, d, scale: gain, shift: offset, rectified };
    const combine = kernels.bindCombinePooled({ g: geometryOf(site), ...arrays, ...by });
    const { width } = input.shape;
    return ({ firstRow, rows }) => combine(firstRow / width, rows / width);
  },

  isApart({ input, output, batch: { bands } }) {
    return Array.from({ length: bands }, (_, band) => {
      const [own, pooled] = [
        rowsOf({ band, bands }, input.shape.height),
        rowsOf({ band, bands }, output.shape.height),
      ];
      return own.first === 2 * pooled.first;
    }).every(Boolean);
  },
};

/** Over maps whose channels are those of the layer times the lanes. */
function geometryOf({ input, output, layout }: LayerSite): WindowGeometry {
  const channels = widthOf(input.shape, layout);
  return makeGeometry({ ...input.shape, channels }, POOLED_WINDOW, { ...output.shape, channels });
}
