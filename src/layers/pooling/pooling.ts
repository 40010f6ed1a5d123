import { z } from 'zod';
import { UserError } from '../../core/errors.js';
import type { Shape } from '../../core/shape.js';
import { makeGeometry, type WindowGeometry } from '../../kernels/geometry.js';
import type { BorderConfig } from '../border.js';
import type { LayerSite } from '../layer.js';
import {
  NO_PADDING,
  paddingSchema,
  pairOf,
  pairSchema,
  resolvePadding,
  slideWindow,
  type WindowConfig,
} from '../window.js';

/** The fields of a pooling layer; the stride is the window's size unless it is given. */
export const poolingFields = {
  name: z.string().optional(),
  /** `global` for a window as large as the input. */
  kernel: pairOf('global'),
  stride: pairSchema.optional(),
  padding: paddingSchema.prefault(0),
  /** Whether a window at the end may be partly outside the padded input, PyTorch's `ceil_mode`: see slideWindow. */
  ceil: z.boolean().default(false),
};

export interface PoolingFields {
  readonly kernel: 'global' | WindowConfig['kernel'];
  readonly stride?: WindowConfig['stride'] | undefined;
  readonly padding: 'same' | WindowConfig['padding'];
  readonly ceil: boolean;
}

type GlobalWindow = Pick<WindowConfig, 'padding'> & {
  kernel: 'global';
  stride?: undefined;
  ceil?: undefined;
};

/** A pooling layer's window, as it stands in its configuration. */
export type PoolingWindow = WindowConfig | GlobalWindow;

/** Fills in the stride and resolves the padding; a global window takes none of them, and what does nothing is left out. */
export function resolvePooling<Config extends PoolingFields>(
  config: Config,
  context: z.RefinementCtx,
): Omit<Config, keyof PoolingFields> & (Omit<WindowConfig, keyof BorderConfig> | GlobalWindow) {
  const { kernel, stride, padding, ceil, ...others } = config;
  if (kernel !== 'global') {
    const window = { kernel, stride: stride ?? kernel, padding: resolvePadding(padding, { kernel }) };
    return { ...others, ...window, ...(ceil ? { ceil } : {}) };
  }
  const message = "expected nothing beside the kernel 'global', which covers the input";
  if (stride) context.addIssue({ code: 'custom', message, path: ['stride'], input: stride });
  if (padding === 'same' || padding.some((side) => side > 0)) {
    context.addIssue({ code: 'custom', message, path: ['padding'], input: padding });
  }
  if (ceil) context.addIssue({ code: 'custom', message, path: ['ceil'], input: ceil });
  return { ...others, kernel, padding: NO_PADDING };
}

/** The window that slides over such an input. */
export function windowOver(config: PoolingWindow, { height, width }: Shape): WindowConfig {
  if (config.kernel !== 'global') return config;
  return { kernel: [height, width], stride: [height, width], padding: config.padding };
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

/** The geometry of a bound layer. */
export function makePoolingGeometry(
  config: PoolingWindow,
  { input, output }: Pick<LayerSite, 'input' | 'output'>,
): WindowGeometry {
  return makeGeometry(input.shape, windowOver(config, input.shape), output.shape);
}
