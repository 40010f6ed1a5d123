// A transport of the plainest kind, for processes of one machine: each piece is a file, in a folder that the module's URL names (`?folder=...`), and whoever
// begins a transfer waits until it is there.
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOOK_MS = 1;
/** Of a rank that has died no file comes. */
const LIMIT_MS = 60_000;

export function openTransport({ rank, ranks, transport }) {
  const folder = new URL(transport).searchParams.get('folder');
  const nameOf = (stream, of, number) => join(folder, `${stream}-${of}-${number}`);
  // A process's threads take turns, so the number of a stream's files is that of all that it has begun there.
  const countOwn = (stream) =>
    readdirSync(folder).filter((name) => name.startsWith(`${stream}-${rank}-`)).length;
  const write = (stream, bytes) => {
    const number = countOwn(stream);
    writeFileSync(join(folder, `new ${rank}`), bytes);
    renameSync(join(folder, `new ${rank}`), nameOf(stream, rank, number));
    return number;
  };
  const read = (stream, of, number) => {
    const file = nameOf(stream, of, number);
    for (let waitedMs = 0; !existsSync(file); waitedMs += LOOK_MS) {
      if (waitedMs > LIMIT_MS) throw new Error(`rank ${of} is silent`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
    }
    return readFileSync(file);
  };
  const viewBytes = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength);
  return {
    gather(stream, pieces) {
      const bytes = viewBytes(pieces);
      const size = bytes.length / ranks;
      const number = write(stream, Buffer.from(bytes.subarray(rank * size, (rank + 1) * size)));
      for (let of = 0; of < ranks; of++) if (of !== rank) bytes.set(read(stream, of, number), of * size);
      return 1;
    },
    scatter(stream, own, all) {
      const to = viewBytes(all);
      const size = to.length / ranks / own.length;
      const number = write(stream, Buffer.concat(own.map(viewBytes)));
      for (let of = 0; of < ranks; of++) {
        const theirs = read(stream, of, number);
        for (let i = 0; i < own.length; i++) {
          const from = (i * ranks + rank) * size;
          to.set(theirs.subarray(from, from + size), (of * own.length + i) * size);
        }
      }
      return 1;
    },
    broadcast(stream, values) {
      const bytes = viewBytes(values);
      const number = write(stream, rank === 0 ? Buffer.from(bytes) : '');
      if (rank !== 0) bytes.set(read(stream, 0, number));
      return 1;
    },
    isDone: () => true,
  };
}
