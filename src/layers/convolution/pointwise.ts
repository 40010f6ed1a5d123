import type { LayerKind } from '../layer.js';
import { type ConvolutionConfig, convolution, convolutionSchema } from './convolution.js';

/**
 * A 1×1 convolution that stays in lanes on 1×1 maps too, where it is a fully connected layer: inside of composites, whose other layers would
 * have to leave lanes for it.
 */
export const pointwise: LayerKind<ConvolutionConfig> = { ...convolution, suitsLanes: () => true };

/** The configuration of one with such filters and a bias. */
export function configurePointwise(name: string, filters: number) {
  return { ...convolutionSchema.parse({ kind: 'convolution', name, kernel: 1, filters }), kind: 'pointwise' };
}
