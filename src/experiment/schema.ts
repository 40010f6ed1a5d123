import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { findPackageRoot } from '../core/paths.js';

/** Marks a database as Convoy's in its header: 'Cnvy'. */
const APPLICATION_ID = 0x436e7679;

/**
 * The file in `migrations/` that brings a database from one version to the next: the first makes version 1 of an empty one, the second
 * version 2 of version 1. A released file never changes. Views that these files make are not meant to last: `views.sql` has all of them.
 */
export const MIGRATIONS: readonly string[] = [
  'schema.sql',
  'add-predictions.sql',
  'add-validation.sql',
  'add-best-epoch.sql',
  'add-augmented-test.sql',
  'add-numerics.sql',
  'add-sweep-source.sql',
  'add-owners.sql',
  'add-curation.sql',
  'add-wide-classes.sql',
  'add-regression.sql',
  'add-settings.sql',
  'add-class-errors.sql',
  'add-searches.sql',
  'add-stop-requests.sql',
];

/** The schema version that this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The text of an SQL file of this folder. */
export function readSql(file: string): string {
  return readFileSync(join(findPackageRoot(), 'src/experiment', file), 'utf8');
}

/**
 * Brings a database up to this program's schema, in one transaction, and makes all views again if it was not there yet.
 *
 * @param file names the database in messages
 * @throws UserError if it is another program's database or has a newer schema
 */
export function migrate(db: Database.Database, file: string): void {
  checkOwner(db, file);
  if (readVersion(db) === SCHEMA_VERSION) return;
  // A table that others refer to can be made anew only if nobody looks; within a transaction this cannot be said.
  db.pragma('foreign_keys = OFF');
  db.transaction(() => {
    // Read again inside the transaction: another process may have been first.
    const version = readVersion(db);
    if (version >= SCHEMA_VERSION) return;
    for (const migration of MIGRATIONS.slice(version)) db.exec(readSql(`migrations/${migration}`));
    db.exec(readSql('views.sql'));
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).immediate();
}

/**
 * Checks that a database can be read as it is.
 *
 * @throws UserError if it is another program's, empty, or of another schema version
 */
export function checkSchema(db: Database.Database, file: string): void {
  checkOwner(db, file);
  const version = readVersion(db);
  if (version === SCHEMA_VERSION) return;
  const found =
    version === 0 ? 'the database is empty' : `found schema version ${version}, expected ${SCHEMA_VERSION}`;
  throw new UserError(`${file}: ${found}. Any sweep with --db ${file} brings it up to date.`);
}

function checkOwner(db: Database.Database, file: string): void {
  // At one moment: another process may be making the database just now.
  const [applicationId, isEmpty] = db.transaction(() => [
    db.pragma('application_id', { simple: true }) as number,
    db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0,
  ])();
  if (applicationId !== APPLICATION_ID && !isEmpty) {
    throw new UserError(
      `${file}: expected a database of Convoy's, found another program's. Give another file with --db.`,
    );
  }
  const version = readVersion(db);
  if (version > SCHEMA_VERSION) {
    throw new UserError(
      `${file}: the database has schema version ${version}, but this program knows versions up to ${SCHEMA_VERSION}. ` +
        'Use a newer program, or give another file with --db.',
    );
  }
}

function readVersion(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}
