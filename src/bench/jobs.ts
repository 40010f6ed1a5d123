import type { Kernels } from '../kernels/kernels.js';
import { bindConvolution, type ConvolutionJob } from './convolution-job.js';
import { bindPeak, type PeakJob } from './peak-job.js';
import { bindProduct, type ProductJob } from './product-job.js';
import { bindStep, type StepJob } from './step-job.js';
import { bindStream, type StreamJob } from './stream-job.js';

/** Work that a thread does again and again to be timed. Plain data. */
export type Job = PeakJob | StreamJob | ProductJob | ConvolutionJob | StepJob;

/**
 * Ties a job to kernels and memory, in the thread that runs it.
 *
 * @param meet waits for the other threads, which run as often
 */
export function bindJob(job: Job, kernels: Kernels, meet: () => void): () => void {
  switch (job.kind) {
    case 'peak':
      return bindPeak(job, kernels);
    case 'stream':
      return bindStream(job, kernels);
    case 'product':
      return bindProduct(job, kernels);
    case 'convolution':
      return bindConvolution(job, kernels, meet);
    case 'step':
      return bindStep(job, kernels, meet);
  }
}
