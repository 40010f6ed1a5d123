import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { buildCifar10 } from '../../helpers/cifar10-builder.js';

export type Entry = Parameters<typeof packTar>[0][number];

export const FOLDER = 'cifar-10-batches-bin';

/** Entries of an archive as it is published, with these in place of others, or besides. */
export function makeEntries(change: Record<string, Uint8Array | null> = {}): Entry[] {
  const files = Object.entries({ ...buildCifar10(), 'readme.html': Buffer.from('<html>'), ...change });
  return [
    { header: { name: `${FOLDER}/`, type: 'directory', size: 0 } },
    ...files.flatMap(([name, body]) => (body ? [makeEntry(`${FOLDER}/${name}`, body)] : [])),
  ];
}

export function makeEntry(name: string, body: Uint8Array): Entry {
  return { header: { name, size: body.length }, body };
}

export async function pack(entries: Entry[]): Promise<Buffer> {
  return gzipSync(await packTar(entries), { level: 1 });
}

/** Everything in a folder and below it. */
export function listAll(folder: string): string[] {
  return (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[]).sort();
}
