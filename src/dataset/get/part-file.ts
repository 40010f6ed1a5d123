import { createHash } from 'node:crypto';
import { createReadStream, rmSync, writeFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Where the first bytes of a part came from, and the server's name for that state of its file. */
export interface Origin {
  readonly address: string;
  /** A strong ETag, or else a Last-Modified date. */
  readonly validator: string;
}

/** What has arrived so far of a download: a file, and another one beside it that says where from. */
export class PartFile {
  readonly path: string;
  readonly #originPath: string;

  constructor(path: string) {
    this.path = path;
    this.#originPath = `${path}.json`;
  }

  /** 0 if there is none. */
  async measure(): Promise<number> {
    return (await stat(this.path).catch(() => null))?.size ?? 0;
  }

  /** Null if it is not known. */
  async readOrigin(): Promise<Origin | null> {
    try {
      const { address, validator } = JSON.parse(await readFile(this.#originPath, 'utf8'));
      return typeof address === 'string' && typeof validator === 'string' ? { address, validator } : null;
    } catch {
      return null;
    }
  }

  /** At once, as whatever comes between a response and its body: a connection that ends meanwhile would go unnoticed. */
  writeOrigin(origin: Origin | null): void {
    if (origin === null) rmSync(this.#originPath, { force: true });
    else writeFileSync(this.#originPath, JSON.stringify(origin));
  }

  async computeMd5(signal: AbortSignal): Promise<string> {
    const hash = createHash('md5');
    await pipeline(createReadStream(this.path), hash, { signal });
    return hash.digest('hex');
  }

  async discard(): Promise<void> {
    this.writeOrigin(null);
    await rm(this.path, { force: true });
  }
}
