import type Database from 'better-sqlite3';
import { withDatabaseErrors } from '../../experiment/database-errors.js';
import { formatCanonicalJson } from '../../experiment/identity.js';
import { EXERCISE_15_6_PARTS } from '../../experiment/presets/exercise-15-6.js';
import { listPoints } from '../../experiment/presets/preset.js';
import { readRecordedSpec, resolveRunSpec } from '../../run/spec.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Finished runs of the exercise's sweeps with other settings than its own, for someone who looks for the exercise's and finds none: the
 * settings that most of them have, as options of the command line. Null if there are none.
 */
export function findOtherSettings(db: Database.Database): string | null {
  const specs = withDatabaseErrors(db.name, () =>
    db
      .prepare<[], string>(
        "SELECT spec FROM kept_runs JOIN sweeps USING (sweep_id) WHERE state = 'done' AND (name = '15.6' OR " +
          "name GLOB '15.6[b-j]')",
      )
      .pluck()
      .all(),
  );
  const points = EXERCISE_15_6_PARTS.flatMap(listPoints).map((point) => resolveRunSpec(point) as Fields);
  const counts = new Map<string, number>();
  for (const text of specs) {
    const recorded = readRecordedSpec(JSON.parse(text), 'report') as Fields;
    const differences = points.map((point) => findDifferences(point, recorded));
    const nearest = differences.reduce((least, options) => (options.length < least.length ? options : least));
    const options = nearest.join(' ');
    counts.set(options, (counts.get(options) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  return most || null;
}

/** The options that turn one spec into another. */
function findDifferences(from: Fields, to: Fields): string[] {
  return Object.keys(from)
    .filter(
      (key) =>
        key !== 'network' && formatCanonicalJson(from[key] ?? null) !== formatCanonicalJson(to[key] ?? null),
    )
    .map((key) => (key === 'epochs' ? `--epochs ${to[key]}` : `--set '${key}=${JSON.stringify(to[key])}'`));
}
