// A transport of the plainest kind, for processes of one machine: each piece is a file, in a folder that the module's URL names (`?folder=...`).
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function openTransport({ rank, ranks, transport }) {
  const folder = new URL(transport).searchParams.get('folder');
  const nameOf = (of, number) => join(folder, `${of}-${number}`);
  // A process's threads take turns, so the number of its files is that of all that it has begun.
  const countOwn = () => readdirSync(folder).filter((name) => name.startsWith(`${rank}-`)).length;
  const write = (bytes) => {
    const number = countOwn();
    writeFileSync(join(folder, `new ${rank}`), bytes);
    renameSync(join(folder, `new ${rank}`), nameOf(rank, number));
    return number;
  };
  const viewBytes = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength);
  /** What is still to be read: from whom, and where it goes. */
  let awaited = [];
  return {
    gather(pieces) {
      const bytes = viewBytes(pieces);
      const size = bytes.length / ranks;
      const number = write(Buffer.from(bytes.subarray(rank * size, (rank + 1) * size)));
      for (let of = 0; of < ranks; of++) {
        if (of !== rank)
          awaited.push({ file: nameOf(of, number), to: bytes.subarray(of * size, (of + 1) * size) });
      }
    },
    scatter(own, all) {
      const to = viewBytes(all);
      const size = to.length / ranks / own.length;
      const number = write(Buffer.concat(own.map(viewBytes)));
      for (let of = 0; of < ranks; of++) {
        for (let i = 0; i < own.length; i++) {
          const at = (of * own.length + i) * size;
          const from = (i * ranks + rank) * size;
          awaited.push({ file: nameOf(of, number), from, to: to.subarray(at, at + size) });
        }
      }
    },
    broadcast(values) {
      const bytes = viewBytes(values);
      const number = write(rank === 0 ? Buffer.from(bytes) : '');
      if (rank !== 0) awaited.push({ file: nameOf(0, number), to: bytes });
    },
    isDone(milliseconds) {
      awaited = awaited.filter(({ file, to, from = 0 }) => {
        if (!existsSync(file)) return true;
        to.set(readFileSync(file).subarray(from, from + to.length));
        return false;
      });
      if (awaited.length > 0)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(1, milliseconds));
      return awaited.length === 0;
    },
  };
}
