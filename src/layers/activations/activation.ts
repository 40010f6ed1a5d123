import { z } from 'zod';
import type { Shape } from '../../core/shape.js';
import {
  type BoundLayer,
  type LayerConfig,
  type LayerKind,
  type LayerPlan,
  type LayerSite,
  planTransform,
} from '../layer.js';
import { overParts, overPartsBackward, widthOf } from '../parts.js';
import type { PatternWord } from '../pattern-word.js';

/** An activation without options. */
export function activationSchema<Kind extends string>(kind: Kind) {
  return z.strictObject({ kind: z.literal(kind), name: z.string().optional() });
}

/** The word of an activation in patterns: its kind in capitals, with these of its options as arguments, all of which may be left out. */
export function activationWord(kind: string, options: readonly string[] = []): PatternWord {
  const word = kind.toUpperCase();
  return {
    word,
    ...(options.length > 0 ? { usage: `${word} or ${word}(${options.join(',')})` } : {}),
    places: options.map((name) => ({ name, lengths: [1] })),
  };
}

/** Which function of the kernels' `activations` a configuration means. */
interface Elementwise {
  readonly name: string;
  /** A slope or the like; 0 for functions without one. */
  readonly coefficient: number;
  /** Where it changes over to another form; absent for functions without such a place. */
  readonly threshold?: number;
}

/**
 * A kind of activation without parameters, in either layout.
 *
 * @param definition.formula y, as the table of the docs has it
 * @param definition.options those that a pattern may give, in order: numbers
 * @param definition.choose absent: the function called like the kind, without a coefficient
 * @param definition.reads what backward takes the derivative from; with `output` the layer works in place, if the layer before lets it
 */
export function makeActivation<Config extends LayerConfig, Written>(definition: {
  readonly schema: z.ZodType<Config, Written>;
  readonly kind: string;
  readonly formula: string;
  readonly options?: readonly (keyof Config & string)[];
  readonly reads: 'input' | 'output';
  describe?(config: Config): string;
  choose?(config: Config): Elementwise;
}): LayerKind<Config, Written> {
  const { kind, schema, formula, options, reads, describe } = definition;
  const { choose = () => ({ name: kind, coefficient: 0 }) } = definition;
  return {
    kind,
    schema,
    role: 'activation',
    summary: formula,
    pattern: activationWord(kind, options),
    ...(describe && { describe }),
    plan: (_config, input) => planActivation(input, reads),
    suitsLanes: () => true,
    bind: (config, site) => bindActivation(site, choose(config), reads),
  };
}

export function planActivation(input: Shape, reads: 'input' | 'output'): LayerPlan {
  return planTransform(input, {
    inPlace: reads === 'output' || 'in evaluation',
    backwardReads: { input: reads === 'input', output: reads === 'output' },
  });
}

function bindActivation(
  site: LayerSite,
  { name, ...constants }: Elementwise,
  reads: 'input' | 'output',
): BoundLayer {
  const { input, output, layout, kernels } = site;
  const width = widthOf(output.shape, layout);
  const from = reads === 'input' ? input.value : output.value;
  const { bindForward, bindBackward } = kernels.activations[name]!;
  const forward = bindForward({ x: input.value, y: output.value, ...constants });
  const backward = bindBackward({ from, dy: output.gradient, dx: input.gradient, ...constants });
  return {
    prepare: [],
    forward: [
      overParts(output.shape, layout, ({ firstRow, rows }) => forward(firstRow * width, rows * width)),
    ],
    backward: [overPartsBackward(site, ({ firstRow, rows }) => backward(firstRow * width, rows * width))],
  };
}
