import type { z } from 'zod';
import { parseWith } from '../core/parse.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks objects one after another that are alike, such as the points of a sweep: a field that has the very value that it had in the object before
 * is not checked again, and has what came of it there. For schemas whose fields do not depend on each other.
 */
export class AlikeParser<Schema extends z.ZodObject> {
  #last: { readonly value: Fields; readonly parsed: Fields } | null = null;

  constructor(private readonly schema: Schema) {}

  /** See parseWith. */
  parse(value: unknown, where: string): z.output<Schema> {
    const parsed = this.#parseChanges(value) ?? parseWith(this.schema, value, where);
    this.#last = { value: value as Fields, parsed };
    return parsed as z.output<Schema>;
  }

  /** Null if there are other fields than in the object before, or a wrong one. */
  #parseChanges(value: unknown): Fields | null {
    const last = this.#last;
    if (last === null || typeof value !== 'object' || value === null) return null;
    const fields = value as Fields;
    const keys = Object.keys(fields);
    const lastKeys = Object.keys(last.value);
    if (keys.length !== lastKeys.length) return null;
    const parsed: Record<string, unknown> = { ...last.parsed };
    for (const [i, key] of keys.entries()) {
      if (key !== lastKeys[i]) return null;
      if (fields[key] === last.value[key]) continue;
      const result = this.schema.shape[key]!.safeParse(fields[key]);
      if (!result.success) return null;
      parsed[key] = result.data;
    }
    return parsed;
  }
}
