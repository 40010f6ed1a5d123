import { z } from 'zod';
import { UserError, unknownName } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { formatShape, type Shape } from '../core/shape.js';
import { LOSSES } from '../layers/loss.js';

const headSchema = z.strictObject({
  /** Name of the layer that the head ends in. */
  from: z.string(),
  /** Of its loss in the sum. */
  weight: z.number().positive(),
  /** Absent: the network's. */
  loss: z.string().optional(),
});

/** A loss of its own on one of the layers, which in training is added to the network's. */
export type HeadSpec = z.output<typeof headSchema>;

/** @throws UserError for an unknown field or loss, or a field of the wrong type */
export function parseHead(value: unknown, where: string): HeadSpec {
  const head = parseWith(headSchema, value, where);
  if (head.loss !== undefined && !Object.hasOwn(LOSSES, head.loss)) {
    throw unknownName(where, 'loss', head.loss, Object.keys(LOSSES));
  }
  return head;
}

/** A term of a network's loss, and the place of the layer that it stands on. */
export interface LossSite {
  readonly place: number;
  readonly kind: string;
  readonly weight: number;
}

/**
 * The terms of a network's loss: its own on the last layer, and those of its heads.
 *
 * @param names of its layers
 * @throws UserError if a head is on none of them, see findHeads
 */
export function listLosses(
  {
    name,
    loss,
    heads = [],
  }: { readonly name: string; readonly loss: string; readonly heads?: readonly HeadSpec[] },
  names: readonly string[],
): LossSite[] {
  const places = findHeads(heads, names, name);
  return [
    { place: names.length - 1, kind: loss, weight: 1 },
    ...heads.map(({ weight, loss: kind = loss }, i) => ({ place: places[i]!, kind, weight })),
  ];
}

/**
 * The places of the layers that heads end in, by their names on the network's own level.
 *
 * @throws UserError for the name of no layer, of the last one, or the same twice
 */
export function findHeads(heads: readonly HeadSpec[], names: readonly string[], where: string): number[] {
  return heads.map(({ from }, i) => {
    const place = names.indexOf(from);
    const head = `${where}: head ${i + 1}`;
    if (place < 0) throw unknownName(head, 'layer', from, names.slice(0, -1));
    if (place === names.length - 1) {
      throw new UserError(
        `${head}: expected a layer before the last one, found '${from}', which has the network's loss. Remove the head.`,
      );
    }
    if (heads.findIndex((other) => other.from === from) < i) {
      throw new UserError(
        `${head}: expected a layer of its own, found '${from}' once more. Add the weights up in one head.`,
      );
    }
    return place;
  });
}

/**
 * Checks that a head tells apart what the network does.
 *
 * @throws UserError if it does not
 */
export function checkHeadShape(found: Shape, expected: Shape, where: string): void {
  if (formatShape(found) === formatShape(expected)) return;
  throw new UserError(
    `${where}: expected a head that gives what the last layer does (${formatShape(expected)}), found ${formatShape(found)}. ` +
      'Give it as many outputs.',
  );
}
