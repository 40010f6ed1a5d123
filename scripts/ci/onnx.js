// Runs what Convoy writes as ONNX with ONNX Runtime and Debian's OpenCV, and compares outputs: `npm run test:onnx`. The package of the former holds
// binaries for all systems, 300 MB of them, so it is installed here alone; its script, which would download more, is not run.
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
    return runCounted('npm', ['test', '--silent', '--', 'test/onnx'], { cwd: root, environment });
  }),
);
