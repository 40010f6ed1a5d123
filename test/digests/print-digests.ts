// Prints, as JSON, hashes of what the chosen kernel set computes: of every case of the kernel suite and of some short trainings. Builds of
// the addon by another compiler or for another processor are held against each other by it, where no test runner runs.
import { chooseKernelName, loadKernels } from '../../src/kernels/select.js';
import { digestKernels } from './digest-kernels.js';
import { digestTrainings } from './digest-trainings.js';

const digests = {
  ...digestKernels(loadKernels(chooseKernelName())),
  ...(await digestTrainings({ long: process.argv.includes('--long') })),
};
process.stdout.write(`${JSON.stringify(digests)}\n`);
