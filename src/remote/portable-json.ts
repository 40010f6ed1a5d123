import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { readRegularFileSync } from '../core/regular-file.js';
import { type WriteOptions, writeWholeFile } from '../core/write-whole-file.js';

/** Numbers that JSON has no words for: the loss of a run that diverged. */
const NOT_FINITE = ['NaN', 'Infinity', '-Infinity'] as const;

/** A number as `formatPortable` writes it. */
export const portableNumber: z.ZodType<number> = z.union([z.number(), z.enum(NOT_FINITE).transform(Number)]);

/** Plain data as JSON, numbers that are not finite among them. */
export function formatPortable(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'number' && !Number.isFinite(item) ? String(item) : item,
  );
}

/** What a file that a program writes for another one begins with. */
interface Envelope {
  readonly format: string;
  readonly version: number;
}

/**
 * Reads plain data of a format.
 *
 * @param where in messages: a file, a queue's job
 * @throws UserError for what is no JSON, of another format or version, or not as the schema says
 */
export function parsePortable<Schema extends z.ZodObject>(
  text: string,
  { format, version }: Envelope,
  schema: Schema,
  where: string,
): z.output<Schema> {
  const value = parseJson(text, `${where}: expected a ${format}`);
  const found = z.looseObject({ format: z.literal(format), version: z.number() }).safeParse(value);
  if (!found.success)
    throw new UserError(`${where}: expected a ${format}, found other JSON. Check the path.`);
  if (found.data.version !== version) {
    throw new UserError(
      `${where}: expected a ${format} of version ${version}, found one of version ${found.data.version}. Use one version of the program on all machines.`,
    );
  }
  const { format: _format, version: _version, ...content } = found.data;
  return parseWith(schema, content, where);
}

/** @throws UserError if there is no such file, it is larger than one of its kind, or not as `parsePortable` expects */
export function readPortable<Schema extends z.ZodObject>(
  file: string,
  envelope: Envelope,
  schema: Schema,
  mostBytes: number,
): z.output<Schema> {
  const bytes = readRegularFileSync(file, `a ${envelope.format}`, mostBytes);
  return parsePortable(bytes.toString('utf8'), envelope, schema, file);
}

/**
 * Writes plain data whole or not at all, as `writeWholeFile` does.
 *
 * @throws UserError if it cannot be written there
 */
export async function writePortable(
  file: string,
  { format, version }: Envelope,
  content: object,
  options: WriteOptions = {},
): Promise<void> {
  const text = formatPortable({ format, version, ...content });
  await writeWholeFile(file, [Buffer.from(`${text}\n`)], options);
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${where}, found no JSON. It is another kind of file, or was cut off: remove it.`);
  }
}
