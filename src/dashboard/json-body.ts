import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';

/**
 * Reads what was sent as JSON. Its type must be named, which no form of another site can do.
 *
 * @throws HTTPException 415 for another type, 400 for what is not as the schema says
 */
export async function readJsonBody<Schema extends z.ZodType>(
  { req }: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  if (!/^application\/json\s*(;|$)/i.test(req.header('content-type') ?? '')) {
    throw new HTTPException(415, { message: 'expected application/json, found another type.' });
  }
  const parsed = schema.safeParse(parseJson(await req.text()));
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues as [z.core.$ZodIssue];
  throw new HTTPException(400, { message: [...path.map(String), message].join(': ') });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HTTPException(400, { message: 'expected JSON.' });
  }
}
