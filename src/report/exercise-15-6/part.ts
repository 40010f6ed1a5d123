import { type Block, paragraph } from '../document/blocks.js';
import { describeDifference, type NamedRun, type SeedMargin } from '../findings/compare.js';
import type { ErrorRow } from '../findings/error-table.js';
import { formatPercent } from '../findings/words.js';
import type { ExerciseRuns, PartLetter } from './exercise-runs.js';

/** A part of the exercise: its question, the runs that it is about, and what they say. */
export interface Part {
  readonly letter: PartLetter;
  readonly title: string;
  /** After the exercise's text. */
  readonly question: string;
  readonly table: {
    readonly caption: string;
    /** What the first column names. */
    readonly nameTitle: string;
    /** Columns of this table alone, which each row's `extra` fills. */
    readonly extraTitles?: readonly string[];
    readonly rows: (runs: ExerciseRuns) => readonly ErrorRow[];
  };
  /** One line for the overview; empty as long as nothing of it has finished. */
  readonly answer: (runs: ExerciseRuns) => string;
  /** Charts and comments, as far as runs have finished. */
  readonly discuss: (runs: ExerciseRuns) => readonly Block[];
}

/** What the images show. */
export const NOUN = 'digits';

/** A paragraph on how two runs differ; nothing if one has not finished. */
export function compareTwo(a: NamedRun | null, b: NamedRun | null, margin: SeedMargin | null): Block[] {
  return a === null || b === null ? [] : [paragraph(describeDifference(a, b, margin, NOUN))];
}

/** Those that have finished. */
export function keepFinished<T extends NamedRun>(runs: readonly (T | null)[]): T[] {
  return runs.filter((named) => named !== null);
}

/** `BN 1.61% (BASE 2.22%)`, as far as they have finished; empty without the first. */
export function tellBeside(first: NamedRun | null, second: NamedRun | null): string {
  return first === null || second === null
    ? listErrors([first])
    : `${listErrors([first])} (${listErrors([second])})`;
}

/** `BASE 2.22%, BN 1.61%` of those that have finished. */
export function listErrors(runs: readonly (NamedRun | null)[]): string {
  return keepFinished(runs)
    .map(({ name, run }) => `${name} ${formatPercent(run.errorPercent)}`)
    .join(', ');
}
