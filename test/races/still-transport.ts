import type { Transport } from '../../src/parallel/transport.js';

/** A transport that brings nothing, at once: what other ranks would send is what lies there. */
export function openTransport(): Transport {
  return { gather: () => 1, scatter: () => 1, broadcast: () => 1, isDone: () => true };
}
