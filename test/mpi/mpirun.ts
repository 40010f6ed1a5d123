import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/core/paths.js';
import { makeSyntheticDataset } from '../../src/dataset/synthetic.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { makeLastingFolder } from '../helpers/lasting-folder.js';
import { buildNpy, buildZip, bytesOf } from '../helpers/npy-builder.js';
import { IS_SOAK } from '../helpers/soak.js';
import { type Hosts, makeHosts } from './network-namespaces.js';

export const root = findPackageRoot();

/** Asked for by `npm run test:mpi`, which compiles the addon, and by the soak where it has been. */
export const hasMpi =
  process.env.CONVOY_MPI !== undefined ||
  (IS_SOAK && existsSync(join(root, 'native', 'mpi', 'build', 'Release', 'convoy-mpi.node')));
/** Whether what takes minutes is asked for, too. */
export const isLong = hasMpi && (IS_SOAK || process.env.CONVOY_MPI === 'long');
if (!hasMpi)
  process.stdout.write(
    'no CONVOY_MPI: nothing is trained over processes of mpirun (npm run test:mpi does)\n',
  );

/** Two hosts for the tests of a file, at whose top it is to be called; null where there are none. */
export function makeHostsIfAsked(): Hosts | null {
  const hosts = hasMpi ? makeHosts() : null;
  if (hasMpi && !hosts)
    process.stdout.write(
      'no network namespaces can be made here: no two hosts are tried (as root they are)\n',
    );
  return hosts;
}

/** As root, and with more ranks than cores. */
export const MPIRUN = ['mpirun', '--allow-run-as-root', '--oversubscribe'];

/** Noise like CIFAR-10's images in form, as a file for `--data`. */
export function writeImages(counts: { readonly train: number; readonly test: number }): string {
  const { train, test, shape } = makeSyntheticDataset({ height: 32, width: 32, channels: 3 }, 10, counts);
  const size = [shape.height, shape.width, shape.channels];
  const file = join(makeLastingFolder(), 'noise.npz');
  const parts = Object.entries({ train, test }).flatMap(([part, { count, pixels, labels }]) => [
    [`x_${part}.npy`, buildNpy('|u1', [count, ...size], pixels)],
    [`y_${part}.npy`, buildNpy('<i4', [count], bytesOf(Int32Array.from(labels)))],
  ]);
  writeFileSync(file, buildZip(Object.fromEntries(parts)));
  return file;
}

export interface Outcome {
  readonly code: number;
  readonly weights: string | undefined;
  readonly out: string;
  readonly err: string;
}

/** Runs a command of which a training is part, to its end. */
export function run([command, ...args]: readonly string[], folder = makeFolder()): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command!, args, { cwd: folder, maxBuffer: 2 ** 26 }, (error, out, err) => {
      const [, weights] = /"weights_sha256":"(\w+)"/.exec(out) ?? [];
      resolve({ code: error ? Number(error.code) : 0, weights, out, err });
    });
  });
}
