/** What a head answers besides what was asked for: see docs/queue.md. */
export type RefusalStatus = 400 | 401 | 404 | 409 | 410 | 413 | 416 | 422 | 500 | 507;

/** A request that is refused, with one line of why. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';

  constructor(
    readonly status: RefusalStatus,
    message: string,
  ) {
    super(message);
  }
}
