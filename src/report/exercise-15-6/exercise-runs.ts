import type Database from 'better-sqlite3';
import { findRunsBySpec, formatRecordedSpec } from '../../experiment/find-runs.js';
import { applyOverride, type Override } from '../../experiment/overrides.js';
import { EXERCISE_15_6_PARTS } from '../../experiment/presets/exercise-15-6.js';
import { listPoints } from '../../experiment/presets/preset.js';
import { labelRun } from '../../experiment/run-label.js';
import { resolveRunSpec } from '../../run/spec.js';
import { measureSeedMargin, type NamedRun, type SeedMargin } from '../findings/compare.js';
import { type ReportedPoint, type ReportedRun, RunReader } from '../findings/reported-run.js';

/** A part of the exercise by its letter. */
export type PartLetter = 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j';

/** What a database holds of exercise 15.6. */
export interface ExerciseRuns {
  /** The points of a part in the exercise's order, each once. */
  readonly part: (letter: PartLetter) => readonly ReportedPoint[];
  /** SK-0.2 as parts f to i have it in common: first 10,000 examples, seed 0. */
  readonly small: ReportedPoint;
  /** All finished runs of that network and training set, by seed. */
  readonly smallSeeds: readonly ReportedRun[];
  readonly margin: SeedMargin | null;
}

/**
 * Finds the exercise's runs.
 *
 * @param overrides as the sweep had them
 */
export function readExerciseRuns(db: Database.Database, overrides: readonly Override[]): ExerciseRuns {
  const specs = new Map(
    EXERCISE_15_6_PARTS.map((preset) => [preset.name, resolvePoints(listPoints(preset), overrides)] as const),
  );
  const found = findRunsBySpec(
    db,
    [...specs.values()].flatMap((texts) => [...texts.keys()]),
  );
  const reader = new RunReader(db);
  const parts = new Map(
    [...specs].map(([name, points]) => [
      name,
      [...points].map(([text, spec]) =>
        reader.addSeeds(reader.readPoint({ label: labelRun(spec), spec }, found.get(text) ?? null)),
      ),
    ]),
  );
  const part = (letter: PartLetter) => parts.get(`15.6${letter}`)!;
  const small = part('h')[0]!;
  const smallSeeds = [small, ...part('i')].find(({ seeds }) => seeds.length > 0)?.seeds ?? [];
  return { part, small, smallSeeds, margin: measureSeedMargin(smallSeeds) };
}

/** Resolved specs by the text under which they are recorded; equal ones once. */
function resolvePoints(points: ReturnType<typeof listPoints>, overrides: readonly Override[]) {
  const resolved = points.map((point) => {
    const changed = overrides.reduce<Readonly<Record<string, unknown>>>(applyOverride, { ...point });
    return resolveRunSpec(changed, 'report');
  });
  return new Map(resolved.map((spec) => [formatRecordedSpec(spec), spec]));
}

/** A finished point under a name; null if it has not finished. */
export function nameRun(point: ReportedPoint | undefined, name: string): NamedRun | null {
  return point?.run ? { name, run: point.run, seeds: point.seeds } : null;
}
