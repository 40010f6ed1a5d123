import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import { BORDER_CONSTANT, BORDER_REFLECT, BORDER_REPLICATE } from '../kernels/constants.js';
import type { BorderFrame } from '../kernels/interface/borders.js';
import type { BoundLayer, LayerPlan, LayerSite } from './layer.js';
import { overParts, widthOf } from './parts.js';
import { passUntil } from './pass.js';
import { singleNumber } from './single-number.js';
import { NO_PADDING, type Padding, type WindowConfig } from './window.js';

const FILLS = { constant: BORDER_CONSTANT, reflect: BORDER_REFLECT, replicate: BORDER_REPLICATE };

/** The fields of a layer whose padding may be other than zeros (chapter 15.5.1). */
export const borderFields = {
  /** What the padding shows, by PyTorch's `pad`: zeros, a constant, the input mirrored (the outermost not repeated), or its outermost repeated. */
  paddingMode: z.enum(['zero', 'constant', 'reflect', 'replicate']).default('zero'),
  /** With `constant`. */
  paddingValue: singleNumber.optional(),
};

/** What of those fields is left where the padding is not zeros. */
export type BorderConfig = Pick<WindowConfig, 'paddingMode' | 'paddingValue'>;

/**
 * Leaves out what says nothing: zeros however they are asked for, and any border of no width. With `ceil` a constant of 0 is not the mode zero: windows
 * may begin in a border.
 */
export function resolveBorder(
  {
    paddingMode: mode,
    paddingValue: value,
  }: { paddingMode: 'zero' | keyof typeof FILLS; paddingValue?: number | undefined },
  { padding, ceil = false }: { readonly padding: Padding; readonly ceil?: boolean | undefined },
  context: z.RefinementCtx,
): BorderConfig {
  if ((mode === 'constant') !== (value !== undefined)) {
    const message =
      mode === 'constant'
        ? "expected a number beside the paddingMode 'constant'"
        : "expected nothing but beside the paddingMode 'constant'";
    context.addIssue({ code: 'custom', message, path: ['paddingValue'], input: value });
  }
  const isZero = mode === 'zero' || (value === 0 && !ceil);
  if (isZero || padding.every((side) => side === 0)) return {};
  return { paddingMode: mode, ...(value === undefined ? {} : { paddingValue: value }) };
}

/**
 * What a window slides over: the input with its border, where that is not zeros, and then the window has no padding of its own.
 *
 * @throws UserError if there is not so much to reflect
 */
export function placeInBorder(
  window: WindowConfig,
  input: Shape,
  where: string,
): { input: Shape; window: WindowConfig } {
  if (!window.paddingMode) return { input, window };
  const [top, bottom, left, right] = window.padding;
  const fits = Math.max(top, bottom) < input.height && Math.max(left, right) < input.width;
  if (window.paddingMode === 'reflect' && !fits) {
    throw new UserError(
      `${where}: expected less padding to reflect than the input is high and wide (${formatShape(input)}), ` +
        `found ${window.padding.join(', ')} (top, bottom, left, right). Pad less, or with paddingMode 'replicate'.`,
    );
  }
  return { input: padShape(input, window.padding), window: { ...window, padding: NO_PADDING } };
}

function padShape({ height, width, channels }: Shape, [top, bottom, left, right]: Padding): Shape {
  return { height: top + height + bottom, width: left + width + right, channels };
}

/** The plan of a layer that is bound in its border. */
export function planInBorder(
  { paddingMode, padding }: WindowConfig,
  input: Shape,
  plan: LayerPlan,
): LayerPlan {
  return paddingMode ? { ...plan, inner: { padded: padShape(input, padding) } } : plan;
}

/** A layer bound to its input with the border around it: filled in before the forward pass, its gradients folded back behind the backward one. */
export function bindInBorder(
  { paddingMode, paddingValue = 0, padding }: WindowConfig,
  site: LayerSite,
  bind: (site: LayerSite) => BoundLayer,
): BoundLayer {
  if (!paddingMode) return bind(site);
  const { input, kernels, layout, batch, needsInputGradient, training, inputLearningEpochs } = site;
  const padded = site.inner.padded!;
  const layer = bind({ ...site, input: padded, inputs: [padded] });
  const [top, bottom, left, right] = padding;
  const { height, width } = input.shape;
  const channels = widthOf(input.shape, layout);
  const frame: BorderFrame = { height, width, channels, top, bottom, left, right, fill: FILLS[paddingMode] };
  const fill = kernels.bindFillBorder({ ...frame, x: input.value, value: paddingValue, y: padded.value });
  const overRows = (shape: Shape, name: string, run: (firstRow: number, rows: number) => void) => ({
    ...overParts(shape, layout, (part) => run(part.firstRow / shape.width, part.rows / shape.width), {
      name,
    }),
    // In lanes a unit's rows of one are not the same rows of the other.
    waits: layout === 'lanes',
  });
  const forward = [overRows(padded.shape, 'padding', fill), ...layer.forward];
  if (!training || !needsInputGradient) return { ...layer, forward };
  const fold = kernels.bindFoldBorder({ ...frame, dy: padded.gradient, dx: input.gradient });
  const folding = overRows(input.shape, 'padding gradient', fold);
  return {
    ...layer,
    forward,
    backward: [...layer.backward, ...passUntil(inputLearningEpochs, batch, folding)],
  };
}
