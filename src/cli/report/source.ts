import type Database from 'better-sqlite3';
import { nameCommand } from '../../core/command-name.js';
import { UserError } from '../../core/errors.js';
import type { Dataset } from '../../dataset/dataset.js';
import { loadDataset } from '../../dataset/load.js';
import { findSweep } from '../../experiment/find-runs.js';
import { EXERCISE_15_6_DATASET } from '../../experiment/presets/exercise-15-6.js';
import { PRESET_NAMES } from '../../experiment/presets/registry.js';
import type { Document } from '../../report/document/blocks.js';
import { writeExercise } from '../../report/exercise-15-6/exercise-report.js';
import { readExerciseRuns } from '../../report/exercise-15-6/exercise-runs.js';
import { findOtherSettings } from '../../report/exercise-15-6/other-settings.js';
import { PARTS } from '../../report/exercise-15-6/parts.js';
import { readSearch } from '../../report/search/search-records.js';
import { writeSearch } from '../../report/search/search-report.js';
import { readSweepRuns, writeSweep } from '../../report/sweep-report.js';
import { DEFAULT_DATABASE } from '../run-options.js';
import type { ReportCommand } from './options.js';

/**
 * Writes the report of a sweep from the database; the data set gives pictures, where it is at hand.
 *
 * @throws UserError for a sweep that the database does not have
 */
export async function writeReport(db: Database.Database, command: ReportCommand): Promise<Document> {
  const { sweep, overrides } = command;
  const parts = PARTS.filter(({ letter }) => sweep === '15.6' || sweep === `15.6${letter}`);
  if (parts.length > 0) return writeExerciseReport(db, command, parts);
  if (overrides.length > 0) {
    throw new UserError(
      `report: ${overrides[0]!.text}: expected it with 15.6 or a part of it, found the sweep ${sweep}, ` +
        'which is reported as it was last asked for.',
    );
  }
  const runs = readSweepRuns(db, findSweep(db, sweep));
  const dataset = runs.points[0] ? await findDataset(runs.points[0].spec.dataset) : null;
  const search = readSearch(db, sweep);
  if (search === null) return writeSweep(runs, dataset, tellSweepCommand(sweep, command));
  // What was given up is not missing, and has its place in what is told of the search.
  const kept = { ...runs, points: runs.points.filter(({ state }) => state !== 'pruned') };
  const document = writeSweep(kept, dataset, tellSweepCommand(sweep, command, 'search'));
  return { ...document, sections: [...writeSearch(search), ...document.sections] };
}

async function writeExerciseReport(
  db: Database.Database,
  command: ReportCommand,
  parts: typeof PARTS,
): Promise<Document> {
  const runs = readExerciseRuns(db, command.overrides);
  const settings = command.overrides.map(({ text }) => text).join(' ');
  const isEmpty = PARTS.every(({ letter }) => runs.part(letter).every(({ run }) => run === null));
  const other = isEmpty ? findOtherSettings(db) : null;
  return writeExercise({
    parts,
    runs,
    dataset: isEmpty ? null : await findDataset(EXERCISE_15_6_DATASET),
    settings,
    tellCommand: (preset) => tellSweepCommand(preset, command),
    notes:
      other === null
        ? []
        : [
            `Nothing is recorded with ${settings === '' ? 'the exercise’s own settings' : settings}, ` +
              `but there are runs with ${other}. This reports them: \`${nameCommand('report')} ` +
              `${command.sweep} ${other}${tellDatabase(command)}\`.`,
          ],
  });
}

/** The data set; null if it is not installed or is broken, as a report does without. */
async function findDataset(name: string): Promise<Dataset | null> {
  try {
    return await loadDataset(name);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function tellSweepCommand(name: string, command: ReportCommand, kind: 'grid' | 'search' = 'grid'): string {
  const what = PRESET_NAMES.includes(name) ? name : `<the ${kind} file of this sweep>`;
  const overrides = command.overrides.map(({ text }) => ` ${text}`).join('');
  return `${nameCommand('sweep')} ${what}${overrides}${tellDatabase(command)}`;
}

function tellDatabase({ db }: ReportCommand): string {
  return db === DEFAULT_DATABASE ? '' : ` --db ${db}`;
}
