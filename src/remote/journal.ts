import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineMetrics } from '../run/metrics-schema.js';
import { formatPortable, portableNumber } from './portable-json.js';
import type { Attempt } from './shared-folder.js';

const FILE = 'journal.jsonl';
/** Read at a time. */
const PIECE_BYTES = 1 << 16;

const count = z.int().min(0);
const originSchema = z.strictObject({ startedAt: z.iso.datetime(), resumptions: count });
const entrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('began'),
    startedAt: z.iso.datetime(),
    host: z.string(),
    job: z.string(),
    /** Of what it goes on from; null for an attempt from the run's beginning. */
    origin: originSchema.nullable(),
  }),
  z.strictObject({ kind: z.literal('resumed'), epoch: z.int(), step: count }),
  z.strictObject({
    kind: z.literal('progressed'),
    progress: z.strictObject({
      epoch: z.int(),
      epochs: z.number(),
      step: count,
      stepsPerEpoch: count,
      trainLoss: portableNumber,
      imagesPerSecond: z.number(),
    }),
  }),
  z.strictObject({ kind: z.literal('epochEnded'), metrics: defineMetrics(portableNumber) }),
  z.strictObject({ kind: z.literal('left'), reason: z.string() }),
]);

/** What an attempt tells of itself while it lasts. */
export type JournalEntry = z.output<typeof entrySchema>;
export type Began = Extract<JournalEntry, { kind: 'began' }>;
/** When the first attempt began that others went on from, and how often they did. */
export type Origin = z.output<typeof originSchema>;

/** An attempt's journal, line by line at the end of a file that nobody else writes. What cannot be written is lost: a run does not end for it. */
export class Journal {
  /** What is being written: one entry after another. */
  private written: Promise<void> = Promise.resolve();

  private constructor(private readonly handle: FileHandle) {}

  static async begin({ folder }: Attempt): Promise<Journal> {
    return new Journal(await open(join(folder, FILE), 'a'));
  }

  add(entry: JournalEntry): void {
    const line = `${formatPortable(entry)}\n`;
    this.written = this.written.then(() => this.handle.appendFile(line)).catch(() => {});
  }

  async close(): Promise<void> {
    await this.written;
    await this.handle.close().catch(() => {});
  }
}

/** Reads an attempt's journal as it grows. */
export class JournalReader {
  private readonly file: string;
  private offset = 0;

  constructor({ folder }: Attempt) {
    this.file = join(folder, FILE);
  }

  /** What has been told since it was read before. A line that is no entry, or not yet whole, is left out. */
  async read(): Promise<JournalEntry[]> {
    const text = await this.readRest().catch(() => '');
    const end = text.lastIndexOf('\n') + 1;
    this.offset += Buffer.byteLength(text.slice(0, end));
    return text.slice(0, end).split('\n').flatMap(parseEntry);
  }

  private async readRest(): Promise<string> {
    const handle = await open(this.file, 'r');
    try {
      const pieces: Buffer[] = [];
      for (let at = this.offset; ; ) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES, at);
        if (bytesRead === 0) return Buffer.concat(pieces).toString('utf8');
        pieces.push(buffer.subarray(0, bytesRead));
        at += bytesRead;
      }
    } finally {
      await handle.close();
    }
  }
}

function parseEntry(line: string): JournalEntry[] {
  try {
    return [entrySchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
