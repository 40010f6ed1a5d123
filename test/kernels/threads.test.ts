import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { loadAddon } from '../../src/kernels/native.js';

const ADDON = join(findPackageRoot(), 'build', 'Release', 'convoy.node');

/** A program that says that it is in, then binds and runs kernels for ever, most of the time in one of a millisecond or so. */
const PROGRAM = `
  const { parentPort } = require('node:worker_threads');
  const kernels = require(${JSON.stringify(ADDON)}).kernelSet('baseline');
  const floats = (length) => new Float32Array(new SharedArrayBuffer(4 * length));
  const [n, k, m] = [320, 320, 200];
  const packed = floats(k * n);
  const [a, c] = [floats(m * k), floats(m * n)];
  let said = false;
  for (;;) {
    kernels.bindPack({ rows: k, columns: n, b: floats(k * n), packed })(0, 10);
    kernels.bindMatmul({ n, k, a, packed, bias: null, c })(m, 0, 10);
    if (!said) parentPort.postMessage('in');
    said = true;
  }
`;

describe.runIf(loadAddon())('the addon in threads that end', () => {
  it('outlives those that are terminated in the middle of a kernel, several at a time', async () => {
    for (let round = 0; round < 3; round++) {
      const workers = Array.from({ length: 3 }, () => new Worker(PROGRAM, { eval: true }));
      await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
      expect(await Promise.all(workers.map((worker) => worker.terminate()))).toEqual([1, 1, 1]);
    }
    expect(loadAddon()!.kernelSet('baseline')).not.toBeNull();
  });

  it('lets a process exit while its threads are in kernels', () => {
    const program = `
      const { Worker } = require('node:worker_threads');
      const worker = new Worker(${JSON.stringify(PROGRAM)}, { eval: true });
      worker.once('message', () => process.exit(7));
    `;
    const { status, signal, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    expect({ status, signal, stderr }).toEqual({ status: 7, signal: null, stderr: '' });
  });
});
