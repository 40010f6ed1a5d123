import { createHash, type Hash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpRefusal } from './http-refusal.js';

/** Folders of inboxes are called so. */
const PREFIX = 'incoming-';
const HOUR_MS = 3_600_000;
/** So often a folder is marked as that of a process which lives. */
const MARK_INTERVAL_MS = HOUR_MS;
/** One that has not been marked for so long is that of a process which has died. */
const STALE_MS = 24 * HOUR_MS;

/** A piece of a blob, as it is announced. */
export interface BlobPiece {
  /** Of the piece in the blob. */
  readonly offset: number;
  /** Of the whole blob. */
  readonly bytes: number;
  /** More than which nobody has a use for. */
  readonly mostBytes: number;
}

interface Blob {
  /** No other blob's, not even of the same bytes: an upload to one that was discarded may still be under way. */
  readonly file: string;
  readonly bytes: number;
  readonly hash: Hash;
  received: number;
  isBusy: boolean;
}

/**
 * Takes in blobs, each under the SHA-256 of its bytes, piece by piece; an upload that was cut goes on where it was. What is whole has been
 * held against its hash and is on the disk.
 */
export class BlobInbox {
  readonly #blobs = new Map<string, Blob>();
  readonly #whole = new Set<string>();
  readonly #marks: NodeJS.Timeout;
  #made = 0;

  private constructor(readonly folder: string) {
    const mark = () => void utimes(folder, new Date(), new Date()).catch(() => {});
    this.#marks = setInterval(mark, MARK_INTERVAL_MS).unref();
  }

  /**
   * Makes an inbox with a folder of its own, and removes those of processes that have died.
   *
   * @param parent made where it is missing; on the disk on which the blobs are to lie in the end
   */
  static async open(parent: string): Promise<BlobInbox> {
    await mkdir(parent, { recursive: true });
    for (const name of (await readdir(parent)).filter((name) => name.startsWith(PREFIX))) {
      const found = await stat(join(parent, name)).catch(() => null);
      if (found && Date.now() - found.mtimeMs > STALE_MS)
        await rm(join(parent, name), { recursive: true, force: true });
    }
    return new BlobInbox(await mkdtemp(join(parent, PREFIX)));
  }

  /** How many bytes of a blob are there. */
  offsetOf(sha256: string): number {
    return this.#blobs.get(sha256)?.received ?? 0;
  }

  /**
   * Takes the next piece of a blob.
   *
   * @returns how many of its bytes are there now, also if the piece was cut
   * @throws HttpRefusal if it is not the next one, the blob is too large or was discarded meanwhile, or its bytes have another hash: then all of it goes
   */
  async append(sha256: string, piece: BlobPiece, body: AsyncIterable<Uint8Array>): Promise<number> {
    if (this.#whole.has(sha256)) return piece.bytes;
    if (piece.bytes > piece.mostBytes) {
      throw new HttpRefusal(413, `expected a blob of at most ${piece.mostBytes} bytes, found ${piece.bytes}`);
    }
    const blob = this.#find(sha256, piece);
    if (blob.isBusy) throw new HttpRefusal(409, 'another upload of this blob is under way');
    if (blob.received !== piece.offset) {
      throw new HttpRefusal(409, `expected the piece from byte ${blob.received}, found ${piece.offset}`);
    }
    blob.isBusy = true;
    try {
      await this.#write(sha256, blob, body);
      if (blob.received === blob.bytes) await this.#conclude(sha256, blob);
      return blob.received;
    } finally {
      blob.isBusy = false;
    }
  }

  /**
   * Moves a whole blob to where it belongs, in place of what is there.
   *
   * @returns false if it is not here
   */
  async moveTo(sha256: string, file: string): Promise<boolean> {
    const blob = this.#blobs.get(sha256);
    if (!blob || !this.#whole.delete(sha256)) return false;
    this.#blobs.delete(sha256);
    await rename(blob.file, file);
    return true;
  }

  has(sha256: string): boolean {
    return this.#whole.has(sha256);
  }

  /** Removes blobs that nobody will ask for. */
  async discard(hashes: Iterable<string>): Promise<void> {
    const files: string[] = [];
    // All of them at once: the next upload of one begins anew.
    for (const sha256 of hashes) {
      const blob = this.#blobs.get(sha256);
      this.#blobs.delete(sha256);
      this.#whole.delete(sha256);
      if (blob) files.push(blob.file);
    }
    for (const file of files) await rm(file, { force: true });
  }

  async close(): Promise<void> {
    clearInterval(this.#marks);
    await rm(this.folder, { recursive: true, force: true });
  }

  #find(sha256: string, { bytes }: BlobPiece): Blob {
    const known = this.#blobs.get(sha256);
    if (known?.bytes === bytes) return known;
    if (known) throw new HttpRefusal(409, `expected a blob of ${known.bytes} bytes, found ${bytes}`);
    const file = join(this.folder, String(++this.#made));
    const blob = { file, bytes, hash: createHash('sha256'), received: 0, isBusy: false };
    this.#blobs.set(sha256, blob);
    return blob;
  }

  async #write(sha256: string, blob: Blob, body: AsyncIterable<Uint8Array>): Promise<void> {
    const isNew = blob.received === 0;
    // A process whose machine has slept for days finds that another one has removed the folder.
    if (isNew) await mkdir(this.folder, { recursive: true });
    const handle = await open(blob.file, isNew ? 'w' : 'r+');
    try {
      for await (const chunk of body) {
        this.#expectKept(sha256, blob);
        if (blob.received + chunk.length > blob.bytes) {
          throw new HttpRefusal(413, `expected a blob of ${blob.bytes} bytes, found more`);
        }
        for (let done = 0; done < chunk.length; ) {
          const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, blob.received + done);
          done += bytesWritten;
        }
        blob.hash.update(chunk);
        blob.received += chunk.length;
      }
      if (blob.received === blob.bytes) await handle.sync();
      this.#expectKept(sha256, blob);
    } catch (error) {
      // It may have been discarded before its file was made.
      if (this.#blobs.get(sha256) !== blob) await rm(blob.file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  }

  /** @throws HttpRefusal if the blob was discarded: whoever still wants it there sends it again */
  #expectKept(sha256: string, blob: Blob): void {
    if (this.#blobs.get(sha256) === blob) return;
    throw new HttpRefusal(409, 'expected an upload that goes on, found one that was discarded');
  }

  async #conclude(sha256: string, { hash, file }: Blob): Promise<void> {
    const found = hash.digest('hex');
    if (found === sha256) {
      this.#whole.add(sha256);
      return;
    }
    this.#blobs.delete(sha256);
    await rm(file, { force: true });
    throw new HttpRefusal(422, `expected bytes with SHA-256 ${sha256}, found ${found}`);
  }
}
