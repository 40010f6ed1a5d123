import { z } from 'zod';
import { describeValue } from './describe-value.js';
import { UserError } from './errors.js';
import { formatPath } from './field-path.js';
import { offerNames } from './names.js';

/**
 * Checks `value` against a schema and returns it with its defaults filled in.
 *
 * @param where what is being read, for the message: a file, `layer 3`
 * @throws UserError that names the first field that is wrong, what was expected and what was found
 */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new UserError(`${where}: ${explainIssue(result.error.issues[0]!, schema)}`);
}

function explainIssue(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  if (issue.code === 'unrecognized_keys') return explainUnknownKey(issue.keys[0]!, issue.path, schema);
  const field = issue.path.length > 0 ? `field '${formatPath(issue.path)}': ` : '';
  // For a wrong `kind`, zod's input is the object that has it.
  const input = issue.code === 'invalid_union' ? valueAt(issue.input, issue.path.at(-1)) : issue.input;
  return `${field}${formatExpectation(issue.message)}, found ${describeValue(input)}.`;
}

/** `Invalid input: expected number, received string` -> `expected number`: what was received follows as it was written. */
function formatExpectation(message: string): string {
  const expected = /expected .*$/i.exec(message)?.[0] ?? message;
  return expected
    .replace(/^E/, 'e')
    .replace(/, received .*$/, '')
    .replace(/\.$/, '');
}

function explainUnknownKey(key: string, path: readonly PropertyKey[], schema: z.ZodType): string {
  const inside = path.length > 0 ? ` in '${formatPath(path)}'` : '';
  const valid = listFields(schema, path);
  if (valid.length === 0) return `unknown field '${key}'${inside}. Remove it or correct its name.`;
  return `unknown field '${key}'${inside}. ${offerNames(key, valid)}`;
}

/** The fields that an object at that place of a value may have; none if the place alone does not tell. */
function listFields(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = unwrap(schema);
  for (const part of path) {
    at =
      at instanceof z.ZodObject
        ? at.shape[part as string]
        : at instanceof z.ZodArray
          ? at.element
          : undefined;
    at = unwrap(at);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** What is inside defaults, transforms and the like. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  const wraps =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return wraps ? unwrap(schema.unwrap()) : schema;
}

/** The field of an object, or the value itself if it has no such field. */
function valueAt(value: unknown, key: PropertyKey | undefined): unknown {
  const isHolder =
    typeof value === 'object' && value !== null && key !== undefined && Object.hasOwn(value, key);
  return isHolder ? (value as Record<PropertyKey, unknown>)[key] : value;
}
