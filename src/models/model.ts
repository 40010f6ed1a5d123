import { z } from 'zod';
import type { HeadSpec } from '../network/heads.js';

/** A named network. */
export interface Model {
  /** One line for lists. */
  readonly title: string;
  /** The options that it takes, of MODEL_OPTIONS, with its defaults. */
  readonly options: z.ZodObject;
  /** Those of its options that have some. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Those that came after the first databases: their defaults mean what the network was without them. */
  readonly later: readonly string[];
  /** The network for options that the schema has read. */
  readonly build: (options: never) => ModelDraft;
}

/** A layer as a user might write it. */
export type LayerDraft = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** A network as a user might write it. */
export interface ModelDraft {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly layers: readonly LayerDraft[];
  readonly heads?: readonly HeadSpec[];
}

/**
 * A model whose builder gets what its options say.
 *
 * @param later options that came after the first databases
 */
export function defineModel<Fields extends z.ZodRawShape>(
  title: string,
  fields: Fields,
  build: (options: z.output<z.ZodObject<Fields, z.core.$strict>>) => ModelDraft,
  later: readonly (keyof Fields & string)[] = [],
): Model {
  const options = z.strictObject(fields);
  let defaults: Model['defaults'] | null = null;
  return {
    title,
    options,
    get defaults() {
      defaults ??= options.parse({});
      return defaults;
    },
    later,
    build,
  };
}
