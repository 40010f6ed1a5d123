import { allocateLike } from '../../kernels/memory.js';
import type { LayerSite } from '../layer.js';
import { overParts, widthOf } from '../parts.js';
import { type Pass, passUntil } from '../pass.js';

/** db: the sum of dY over images and positions, part by part. No pass if there is no bias. */
export function bindBiasGradient({ kernels, batch, output, parameters, layout }: LayerSite): Pass[] {
  const { bias } = parameters;
  if (!bias) return [];
  const { shape, gradient } = output;
  const label = { name: 'bias gradient' };
  if (layout === 'images') {
    const sumRows = bias.gradient.map((sums) =>
      kernels.bindSumRows({ channels: shape.channels, x: gradient, sums }),
    );
    const pass = overParts(shape, layout, (part) => sumRows[part.index]!(part.firstRow, part.rows), label);
    return passUntil(bias.learningEpochs, batch, pass);
  }
  const width = widthOf(shape, layout);
  const sums = allocateLike(gradient, width);
  const sumRows = kernels.bindSumRows({ channels: width, x: gradient, sums });
  const sumLanes = bias.gradient.map((to) =>
    kernels.bindSumChannelLanes({ channels: shape.channels, x: sums, sums: to }),
  );
  const pass = overParts(
    shape,
    layout,
    (part) => {
      sumRows(part.firstRow, part.rows);
      sumLanes[part.index]!();
    },
    label,
  );
  return passUntil(bias.learningEpochs, batch, pass);
}
