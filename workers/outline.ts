import { measurePeakGflops } from '../src/kernels/probes.js';
import { Barrier } from '../src/parallel/barrier.js';
import type { OutlineTask, StepOutline } from '../src/parallel/protocol.js';
import { outlinePasses } from '../src/parallel/step-timer.js';
import { getContext } from './context.js';
import { planStep } from './train.js';

const PEAK_MS = 100;

/** Describes a training step for a profile, and measures this core's peak while the other workers measure theirs. */
export default async function outline({ run }: OutlineTask): Promise<StepOutline> {
  const context = await getContext(run);
  new Barrier(run.memory.control, run.workers).wait();
  const peakGflops = measurePeakGflops(context.kernels, PEAK_MS);
  const phases = planStep(run, context, { learningRate: 0 });
  return { passes: outlinePasses(phases), phases: phases.length, peakGflops };
}
