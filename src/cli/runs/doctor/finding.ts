import type Database from 'better-sqlite3';

/** What is found about a database and the files that belong to it. */
export interface Finding {
  /** Whether something has to be done; otherwise it is only worth knowing. */
  readonly isWrong: boolean;
  /** What it is and what it means, as a sentence. */
  readonly what: string;
  /** How to mend it, as a sentence; null where there is nothing to. */
  readonly mend: string | null;
  readonly remedy?: Remedy;
}

/** What `doctor` can do about a finding itself. */
export interface Remedy {
  /** Whether it deletes files, which the user has to agree to. */
  readonly deletes: boolean;
  apply(db: Database.Database): void | Promise<void>;
}

/** Looks at one side of a database's health. */
export interface Check {
  readonly name: string;
  /** Said where nothing is found. */
  readonly ok: string;
  /** @param db may be open for reading alone */
  find(db: Database.Database): Finding[] | Promise<Finding[]>;
}
