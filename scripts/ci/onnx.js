// Runs what Convoy writes as ONNX with ONNX Runtime, and compares outputs: `npm run test:onnx`. The package holds binaries for all systems, 300 MB of
// them, so it is installed here alone; its script, which would download more, is not run.
import { installPackages } from './packages.js';
import { runCheck, runCounted } from './run.js';
import { root, withWorkCopy } from './work-copy.js';

const VERSIONS = { 'onnxruntime-node': '1.30.0' };

runCheck('test:onnx', () =>
  withWorkCopy('onnx', async (_folder, packagesFolder) => {
    const packages = await installPackages(packagesFolder, VERSIONS);
    const environment = { CONVOY_ONNXRUNTIME: packages };
    return runCounted('node', ['scripts/test.js', 'test/onnx/onnxruntime.test.ts'], {
      cwd: root,
      environment,
    });
  }),
);
