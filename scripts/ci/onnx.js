// Runs what Convoy writes as ONNX with ONNX Runtime and Debian's OpenCV, compares outputs, and tries the former as a peer of the benchmarks:
// `npm run test:onnx`. Its package holds binaries for all systems, 300 MB of them, so it is installed here alone; its script, which would download more,
// is not run.
import { spawnSync } from 'node:child_process';
import { installPackages } from './packages.js';
import { runCheck, runCounted } from './run.js';
import { root, withWorkCopy } from './work-copy.js';

const VERSIONS = { 'onnxruntime-node': '1.30.0' };
/** Where Debian's python3-opencv is found. */
const PYTHON = '/usr/bin/python3';

runCheck('test:onnx', () =>
  withWorkCopy('onnx', async (_folder, packagesFolder) => {
    const packages = await installPackages(packagesFolder, VERSIONS);
    const hasOpenCv = spawnSync(PYTHON, ['-c', 'import cv2']).status === 0;
    const environment = { CONVOY_ONNXRUNTIME: packages, ...(hasOpenCv && { CONVOY_OPENCV: PYTHON }) };
    // Not by `npm test`, which would hold the types of all tests against their sources again.
    const tests = ['test/onnx', 'test/bench/onnxruntime-peer.test.ts'];
    return runCounted('node', ['scripts/test.js', ...tests], { cwd: root, environment });
  }),
);
