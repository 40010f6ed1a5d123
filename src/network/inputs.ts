import { z } from 'zod';
import { UserError, unknownName } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import type { LayerConfig } from '../layers/layer.js';
import { JOINS } from './composite.js';

/** The name by which layers read what the first of them reads: the network's input, or that of their composite. */
const INPUT_NAME = 'input';
/** The place of that among the places of layers. */
export const INPUT = -1;

const one = z.object({
  inputs: z
    .array(z.string())
    .length(1, 'expected one name, since only add and concat join several')
    .optional(),
});
const several = z.object({
  inputs: z
    .array(z.string())
    .min(2, 'expected two names or more of layers to join')
    .refine((names) => new Set(names).size === names.length, 'expected names that differ'),
});

/**
 * Checks the `inputs` of a layer, which any kind may have and which its own schema does not know: names, whose layers nobody has looked for yet.
 *
 * @returns the names, if there are any, and the other fields
 * @throws UserError if there are not as many as the kind takes
 */
export function takeInputs(value: object, kind: string, where: string) {
  const { inputs, ...fields } = value as { readonly inputs?: unknown };
  return { inputs: parseWith(isJoin(kind) ? several : one, { inputs }, where).inputs, fields };
}

export function isJoin(kind: string): kind is (typeof JOINS)[number] {
  return JOINS.some((join) => join === kind);
}

/** Layers that stand one after another, what they are called there, and how messages call them. */
export interface Siblings {
  readonly configs: readonly LayerConfig[];
  readonly names: readonly string[];
  readonly wheres: readonly string[];
  /** All layers that have been named so far, by their full names: where they stand. */
  readonly everywhere: ReadonlyMap<string, string>;
}

/**
 * What each layer reads: places among its siblings in the order of its `inputs`, or the layer before it. Layers read what stands before them, so
 * that their order is one in which they can be computed.
 *
 * @param ends places whose outputs are read by others: the last one, those of heads
 * @throws UserError for a name that is none of a layer before, and for a layer that nobody reads
 */
export function findSources(siblings: Siblings, ends: readonly number[]): number[][] {
  const { configs, wheres } = siblings;
  const sources = configs.map(({ inputs }, place) =>
    inputs ? inputs.map((name) => findSource(name, place, siblings)) : [place - 1],
  );
  const read = new Set([...sources.flat(), ...ends]);
  const unread = configs.findIndex((_, place) => !read.has(place));
  if (unread >= 0) {
    throw new UserError(
      `${wheres[unread]}: expected a layer that reads what it gives, found none. Name it in the 'inputs' of one, or take it out.`,
    );
  }
  return sources;
}

function findSource(name: string, place: number, siblings: Siblings): number {
  const { names, wheres, everywhere } = siblings;
  const where = wheres[place]!;
  const source = names.indexOf(name);
  if (name === INPUT_NAME) {
    if (source < 0) return INPUT;
    throw new UserError(
      `${where}: expected inputs that name one thing, found '${INPUT_NAME}', which is also ${wheres[source]}. Rename that layer.`,
    );
  }
  if (source >= place) throw explainLater(place, source, siblings);
  if (source >= 0) return source;
  if (everywhere.has(name)) {
    const box = names.find((sibling) => name.startsWith(`${sibling}.`));
    throw new UserError(
      `${where}: expected inputs from the layers beside it, found '${name}', which is ${everywhere.get(name)}. ` +
        (box === undefined
          ? `Of what is outside, a composite reads its own input alone, by the name '${INPUT_NAME}'.`
          : `Read ${box}, or write out what it is made of.`),
    );
  }
  throw unknownName(where, 'input', name, [...names.slice(0, place), INPUT_NAME]);
}

/** A layer cannot read itself, nor one that depends on it; one that only stands behind can be moved. */
function explainLater(place: number, source: number, { configs, names, wheres }: Siblings): UserError {
  const expected = `${wheres[place]}: expected inputs that stand before it, found '${names[source]}'`;
  if (source === place) return new UserError(`${expected}, which it is itself: a cycle. Read another.`);
  const dependent = new Set([place]);
  for (let later = place + 1; later <= source; later++) {
    const read = configs[later]!.inputs?.map((name) => names.indexOf(name)) ?? [later - 1];
    if (read.some((earlier) => dependent.has(earlier))) dependent.add(later);
  }
  return new UserError(
    dependent.has(source)
      ? `${expected}, which depends on it: a cycle. Read another.`
      : `${expected}, which stands behind it. Move that layer up, or read another.`,
  );
}
