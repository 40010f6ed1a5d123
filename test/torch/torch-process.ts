import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { PEER_PYTHONS } from '../../src/bench/peers.js';
import { findPackageRoot } from '../../src/core/paths.js';
import type { NetworkSpec } from '../../src/network/spec.js';
import type { DrawnBatch } from './draw-batch.js';

/** What differentiate.py is asked: a network, a mini-batch, its losses and weights. */
export interface Question extends DrawnBatch {
  readonly network: NetworkSpec;
  /** Of each layer of stochastic depth, by its name: each image's factor. */
  readonly drops: Readonly<Record<string, readonly number[]>>;
  readonly parameters: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: Float64Array }>
  >;
}

export interface Answer {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Float64Array>>;
}

/** The first Python that has torch; null if none has. */
export function findTorchPython(): string | null {
  const imports = (python: string) => spawnSync(python, ['-c', 'import numpy, torch']).status === 0;
  return PEER_PYTHONS.find(imports) ?? null;
}

/** PyTorch in a process of its own, which answers one question after another. */
export class TorchProcess {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<unknown>;

  constructor(python: string) {
    // -B: nothing is to be written beside the script.
    const script = join(findPackageRoot(), 'test', 'torch', 'differentiate.py');
    this.#process = spawn(python, ['-B', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#closed = once(this.#process, 'close');
    // What is written to one that has ended is told by the answer that does not come.
    this.#process.stdin.on('error', () => {});
  }

  async ask({ network, batch, loss: kind, drops, parameters }: Question): Promise<Answer> {
    const encoded = Object.entries(parameters).map(([label, { shape, values }]) => [
      label,
      [encode(values), shape],
    ]);
    const { images, inputs, labels, targets, mix } = batch;
    const line = {
      network,
      images,
      drops,
      inputs: encode(inputs),
      labels: [...labels],
      targets: targets ? encode(targets) : null,
      mix: mix ? { labels: [...mix.labels], shares: [...mix.shares] } : null,
      labelSmoothing: kind.labelSmoothing,
      classWeights: kind.classWeights ? [...kind.classWeights] : null,
      parameters: Object.fromEntries(encoded),
    };
    this.#process.stdin.write(`${JSON.stringify(line)}\n`);
    const reply = await Promise.race([this.#lines.next(), this.#closed.then(() => null)]);
    if (reply === null || reply.done) throw new Error(`PyTorch ended at ${JSON.stringify(network)}`);
    const { loss, gradients } = JSON.parse(reply.value) as {
      loss: number;
      gradients: Record<string, string>;
    };
    const decoded = Object.entries(gradients).map(([label, text]) => [label, decode(text)]);
    return { loss, gradients: Object.fromEntries(decoded) };
  }

  end(): void {
    this.#process.stdin.end();
  }
}

function encode({ buffer, byteOffset, byteLength }: Float64Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function decode(text: string): Float64Array {
  return new Float64Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}
