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
  /** Of the shard that it belongs to, and what share of the mini-batch that is on average. Absent: the mini-batch at hand. */
  readonly batch?: Batch;
  readonly share?: number;
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

/** One phase of passes none of which waits for another's tasks. Those over the same tasks are one strand, whatever stands between them. */
export function makePhase(passes: readonly Pass[]): Phase {
  const strands: { over: Pass['over']; passes: Pass[] }[] = [];
  for (const pass of passes) {
    const strand = strands.find(({ passes: [first] }) => sharesTasks(first!, pass));
    if (strand) strand.passes.push(pass);
    else strands.push({ over: pass.over, passes: [pass] });
  }
  return { strands };
}

function sharesTasks(a: Pass, b: Pass): boolean {
  return a.over === 'blocks' && b.over === 'blocks' ? a.blocks === b.blocks : a.over === b.over;
}

/** One of the workers that share a run's tasks. */
export interface Share {
  readonly worker: number;
  readonly workers: number;
}

/** Does a worker's share of a phase. */
export function runPhase(phase: Phase, batch: Batch, share: Share): void {
  listBegins(phase).forEach(runPiece);
  for (const strand of phase.strands) {
    const [first, end] = shareOf(countTasks(strand, batch), share);
    listPieces(strand, batch, first, end).forEach(runPiece);
  }
}

/** What is done at a stretch: a pass on one unit or slice, or on some blocks. */
export interface Piece {
  readonly run: () => void;
  /** To be called before. */
  readonly watch: (() => void) | null;
  /** See PassLabel. */
  readonly varies: boolean;
}

export function runPiece({ watch, run }: Piece): void {
  watch?.();
  run();
}

/** What a worker does before its first task of a phase. */
export function listBegins({ strands }: Phase): Piece[] {
  return strands.flatMap((strand) =>
    strand.passes.flatMap(({ begin }, i) =>
      begin ? [{ run: begin, watch: watchOf(strand, i), varies: true }] : [],
    ),
  );
}

export function countTasks(strand: Strand, whole: Batch): number {
  const { over, passes, batch = whole } = strand;
  if (over === 'blocks') return (passes[0] as BlockPass).blocks;
  return over === 'slices' ? batch.slices : countUnits(batch);
}

/** Tasks [first, end) of a strand: all its passes on one unit or slice after another. */
export function listPieces(strand: Strand, whole: Batch, first: number, end: number): Piece[] {
  const { over, passes, batch = whole } = strand;
  const list = (bind: (pass: Pass) => () => void) =>
    passes.map((pass, i) => ({
      run: bind(pass),
      watch: watchOf(strand, i),
      varies: pass.varies ?? false,
    }));
  if (first === end) return [];
  if (over === 'blocks') return list((pass) => () => (pass as BlockPass).run(first, end - first));
  return Array.from({ length: end - first }, (_, i) => {
    if (over === 'slices') {
      const slice = sliceAt(first + i, batch);
      return list((pass) => () => (pass as SlicePass).run(slice));
    }
    const unit = unitAt(first + i, batch);
    return list((pass) => () => (pass as UnitPass).run(unit));
  }).flat();
}

function watchOf({ watch }: Strand, index: number): (() => void) | null {
  return watch ? () => watch.beginPiece(index) : null;
}

/** A worker's own tasks: [first, last). */
export function shareOf(tasks: number, { worker, workers }: Share): [first: number, last: number] {
  return [Math.floor((worker * tasks) / workers), Math.floor(((worker + 1) * tasks) / workers)];
}
