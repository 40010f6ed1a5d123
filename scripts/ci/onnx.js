// Runs what Convoy writes as ONNX with ONNX Runtime, compares outputs, and tries it as a peer of the benchmarks: `npm run test:onnx`. The package
// holds binaries for all systems, 300 MB of them, so it is installed here alone; its script, which would download more, is not run.
import { installPackages } from './packages.js';
import { runCheck, runCounted } from './run.js';
import { root, withWorkCopy } from './work-copy.js';

const VERSIONS = { 'onnxruntime-node': '1.30.0' };

runCheck('test:onnx', () =>
  withWorkCopy('onnx', async (_folder, packagesFolder) => {
    const packages = await installPackages(packagesFolder, VERSIONS);
    const environment = { CONVOY_ONNXRUNTIME: packages };
    const tests = ['test/onnx', 'test/bench/onnxruntime-peer.test.ts'];
    return runCounted('npm', ['test', '--silent', '--', ...tests], { cwd: root, environment });
  }),
);
