import { z } from 'zod';
import { UserError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import { paddingSchema, pairSchema, resolvePadding, slideWindow, type WindowConfig } from './window.js';

/** The fields of a pooling layer; the stride is the window's size unless it is given. */
export const poolingFields = {
  name: z.string().optional(),
  kernel: pairSchema,
  stride: pairSchema.optional(),
  padding: paddingSchema.prefault(0),
};

/** Fills in the stride and resolves the padding. */
export function resolvePooling<
  Config extends {
    kernel: [number, number];
    stride?: [number, number] | undefined;
    padding: Parameters<typeof resolvePadding>[0];
  },
>(config: Config) {
  return {
    ...config,
    stride: config.stride ?? config.kernel,
    padding: resolvePadding(config.padding, config.kernel),
  };
}

/**
 * The shape that pooling makes; channels stay.
 *
 * @throws UserError if the window is larger than the padded input, or could lie in the padding alone
 */
export function planPooling(config: WindowConfig, input: Shape, where: string): Shape {
  const [top, bottom, left, right] = config.padding;
  if (Math.max(top, bottom) >= config.kernel[0] || Math.max(left, right) >= config.kernel[1]) {
    throw new UserError(
      `${where}: expected padding smaller than the window (${config.kernel.join('×')}), ` +
        `found ${config.padding.join(', ')} (top, bottom, left, right). A window may not lie in the padding alone.`,
    );
  }
  return { ...slideWindow(config, input, where), channels: input.channels };
}
