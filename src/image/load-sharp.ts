import type sharp from 'sharp';
import { explainLoadError } from '../core/load-error.js';

/**
 * The library that reads and writes pictures. Whoever has no picture need not wait for it, which takes a tenth of a second.
 *
 * @throws UserError if its package is missing, or of another machine
 */
export async function loadSharp(): Promise<typeof sharp> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw explainLoadError(error);
  }
}
