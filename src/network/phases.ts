import { countUnits, sliceAt, unitAt } from '../layers/parts.js';
import type { Batch, BlockPass, Pass, SlicePass, UnitPass } from '../layers/pass.js';

/** Told of each piece of a strand's work before it begins. */
export interface StrandWatch {
  /** @param index of the pass in the strand */
  beginPiece(index: number): void;
}

/** Passes over the same tasks, which run one after another on each. */
export interface Strand {
  readonly over: Pass['over'];
  readonly passes: readonly Pass[];
  readonly watch?: StrandWatch;
}

/** Strands that need no barrier between them. */
export interface Phase {
  readonly strands: readonly Strand[];
}

/**
 * Groups passes into phases: a new one begins where a pass waits for others' work or the one before strays into it, and where tasks are
 * cut another way. Passes aside never begin one: those that wait are put off until one begins.
 */
export function groupIntoPhases(passes: readonly Pass[]): Phase[] {
  const phases: Pass[][] = [];
  let putOff: Pass[] = [];
  const begin = (pass: Pass[]): void => {
    phases.push([...putOff, ...pass]);
    putOff = [];
  };
  for (const pass of passes) {
    const phase = phases.at(-1) ?? [];
    const last = phase.findLast(({ aside }) => !aside);
    if (pass.aside && pass.waits) putOff.push(pass);
    else if (phases.length > 0 && joins(pass, last)) phase.push(pass);
    else begin([pass]);
  }
  if (putOff.length > 0) begin([]);
  return phases.map(makePhase);
}

/** Whether a pass needs no barrier behind the last one of a phase that is not aside, if there is one. */
function joins(pass: Pass, last: Pass | undefined): boolean {
  if (pass.waits || last?.strays) return false;
  return pass.aside === true || last === undefined || last.over === pass.over;
}

/** One phase of passes none of which waits for another. */
export function makePhase(passes: readonly Pass[]): Phase {
  const strands: { over: Pass['over']; passes: Pass[] }[] = [];
  for (const pass of passes) {
    const last = strands.at(-1);
    if (last?.over === pass.over) last.passes.push(pass);
    else strands.push({ over: pass.over, passes: [pass] });
  }
  return { strands };
}

/** One of the workers that share a run's tasks. */
export interface Share {
  readonly worker: number;
  readonly workers: number;
}

/**
 * Does a worker's share of a phase: a run of neighbouring tasks, the same in every phase, so that its slices stay in its core's
 * cache.
 */
export function runPhase({ strands }: Phase, batch: Batch, share: Share): void {
  for (const { passes, watch } of strands) {
    for (let i = 0; i < passes.length; i++) {
      const pass = passes[i]!;
      if (!pass.begin) continue;
      watch?.beginPiece(i);
      pass.begin(share.worker);
    }
  }
  for (const strand of strands) runStrand(strand, batch, share);
}

function runStrand({ over, passes, watch }: Strand, batch: Batch, share: Share): void {
  if (over === 'blocks') {
    for (let i = 0; i < passes.length; i++) {
      const pass = passes[i] as BlockPass;
      const [first, last] = shareOf(pass.blocks, share);
      if (last === first) continue;
      watch?.beginPiece(i);
      pass.run(first, last - first);
    }
  } else if (over === 'slices') {
    const [first, last] = shareOf(batch.slices, share);
    for (let index = first; index < last; index++) {
      const slice = sliceAt(index, batch);
      for (let i = 0; i < passes.length; i++) {
        watch?.beginPiece(i);
        (passes[i] as SlicePass).run(slice);
      }
    }
  } else {
    const [first, last] = shareOf(countUnits(batch), share);
    for (let index = first; index < last; index++) {
      const unit = unitAt(index, batch);
      for (let i = 0; i < passes.length; i++) {
        watch?.beginPiece(i);
        (passes[i] as UnitPass).run(unit);
      }
    }
  }
}

/** A worker's tasks: [first, last). */
export function shareOf(tasks: number, { worker, workers }: Share): [first: number, last: number] {
  return [Math.floor((worker * tasks) / workers), Math.floor(((worker + 1) * tasks) / workers)];
}
