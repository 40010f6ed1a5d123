import { UserError } from '../core/errors.js';
import type { ListenPlace } from '../core/listen.js';

/** Nobody else reaches it there. */
export const LOOPBACK = '127.0.0.1';

const MAX_PORT = 65_535;

/**
 * Reads `HOST` or `HOST:PORT`.
 *
 * @throws UserError that names the option
 */
export function parseListen(text: string): ListenPlace {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host !== undefined && Number(port ?? 0) <= MAX_PORT) return { host, port: Number(port ?? 0) };
  throw new UserError(
    `--listen: expected HOST or HOST:PORT of this machine, found '${text}'. An IPv6 address stands in brackets.`,
  );
}
