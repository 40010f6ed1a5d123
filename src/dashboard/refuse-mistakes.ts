import { HTTPException } from 'hono/http-exception';
import { UserError } from '../core/errors.js';

/**
 * Calls `action`, and has what a user can mend answered with its line.
 *
 * @throws HTTPException of this status in place of a UserError
 */
export async function refuseMistakes<T>(status: 404 | 422, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof UserError ? new HTTPException(status, { message: error.message }) : error;
  }
}
