import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BlobInbox } from '../../src/queue/blob-inbox.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { FakeHead, makeBeginning } from './fake-head.js';

const DAY_MS = 24 * 3_600_000;
const bytes = randomBytes(3000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const piece = { offset: 0, bytes: bytes.length, mostBytes: bytes.length };
const refusal = (status: number) => expect.objectContaining({ name: 'HttpRefusal', status });

async function openInbox(): Promise<BlobInbox> {
  const inbox = await BlobInbox.open(join(makeFolder(), 'runs'));
  onTestFinished(() => inbox.close());
  return inbox;
}

/** A body of which the first half comes at once, and the rest when the test says. */
function holdBody() {
  let goOn!: () => void;
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  async function* body(): AsyncIterable<Uint8Array> {
    yield bytes.subarray(0, 1500);
    await held;
    yield bytes.subarray(1500);
  }
  return { body: body(), goOn };
}

async function* whole(): AsyncIterable<Uint8Array> {
  yield bytes;
}

describe('an inbox of blobs', () => {
  it.each([
    ['before', true],
    ['after', false],
  ])('takes nothing of an upload that was discarded, %s the same blob has come anew', async (_, isBefore) => {
    const inbox = await openInbox();
    const { body, goOn } = holdBody();
    const late = inbox.append(sha256, piece, body);
    await expect.poll(() => inbox.offsetOf(sha256)).toBe(1500);
    await inbox.discard([sha256]);
    expect(inbox.offsetOf(sha256)).toBe(0);
    const refused = async () => {
      goOn();
      await expect(late).rejects.toEqual(refusal(409));
    };
    if (isBefore) await refused();
    expect(inbox.has(sha256)).toBe(false);
    const other = holdBody();
    const upload = inbox.append(sha256, piece, other.body);
    await expect.poll(() => inbox.offsetOf(sha256)).toBe(1500);
    if (!isBefore) await refused();
    expect(inbox.has(sha256)).toBe(false);
    other.goOn();
    expect(await upload).toBe(bytes.length);
    const file = join(inbox.folder, '..', 'model.safetensors');
    expect(await inbox.moveTo(sha256, file)).toBe(true);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(await readdir(inbox.folder)).toEqual([]);
  });

  it('keeps its folder from those that remove what dead processes have left', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const inbox = await openInbox();
    const parent = dirname(inbox.folder);
    const openAnother = async () => {
      const other = await BlobInbox.open(parent);
      onTestFinished(() => other.close());
    };
    const old = new Date(Date.now() - 2 * DAY_MS);
    utimesSync(inbox.folder, old, old);
    vi.advanceTimersByTime(DAY_MS / 24);
    await expect.poll(() => statSync(inbox.folder).mtimeMs).toBeGreaterThan(old.getTime() + DAY_MS);
    await openAnother();
    expect(existsSync(inbox.folder)).toBe(true);
    // Its machine slept.
    utimesSync(inbox.folder, old, old);
    await openAnother();
    expect(existsSync(inbox.folder)).toBe(false);
    expect(await inbox.append(sha256, piece, whole())).toBe(bytes.length);
    expect(inbox.has(sha256)).toBe(true);
  });

  it('leaves no file of an upload that was discarded as it began', async () => {
    const inbox = await openInbox();
    const late = inbox.append(sha256, piece, whole());
    await Promise.all([expect(late).rejects.toEqual(refusal(409)), inbox.discard([sha256])]);
    expect(await readdir(inbox.folder)).toEqual([]);
  });
});

it('a head refuses the rest of an upload whose worker another one has taken the place of', async () => {
  const head = await FakeHead.open();
  const run = head.openRun();
  const first = await run.begin(makeBeginning('box-a'));
  const { body, goOn } = holdBody();
  const late = run.receive(first.attempt, sha256, piece, body);
  await expect.poll(() => run.offsetOf(first.attempt, sha256)).toBe(1500);
  head.wait();
  const next = await run.begin(makeBeginning('box-b'));
  goOn();
  await expect(late).rejects.toEqual(refusal(410));
  await run.receive(next.attempt, sha256, piece, whole());
  await run.keep(next.attempt, [{ name: 'model.safetensors', sizeBytes: bytes.length, sha256 }]);
  expect(readFileSync(join(head.runFolder, 'model.safetensors')).equals(bytes)).toBe(true);
});
