import type Database from 'better-sqlite3';
import type { Check, Finding } from './finding.js';

/** What the user agrees to. */
export interface Consent {
  /** Mends what takes nothing away. */
  readonly fix?: true;
  /** Deletes files too. */
  readonly yes?: true;
}

/** One line of the examination. */
export interface Line {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'wrong' | 'mended';
  readonly what: string;
  readonly mend: string | null;
}

/** Looks at one side of a database's health, and mends what it may. Mended is what a second look does not find any longer. */
export async function examine(
  db: Database.Database,
  check: Check,
  { fix, yes }: Consent = {},
): Promise<Line[]> {
  const found = await check.find(db);
  if (found.length === 0) return [{ check: check.name, state: 'ok', what: check.ok, mend: null }];
  const treated = found.filter(({ remedy }) => fix && remedy && (yes || !remedy.deletes));
  for (const { remedy } of treated) await remedy!.apply(db);
  const left = treated.length === 0 ? found : await check.find(db);
  const lines = [
    ...treated.filter((finding) => !isAmong(left, finding)).map((finding) => ['mended', finding] as const),
    ...left.map((finding) => [finding.isWrong ? 'wrong' : 'note', finding] as const),
  ];
  return lines.map(([state, { what, mend }]) => ({
    check: check.name,
    state,
    what,
    mend: state === 'mended' ? null : mend,
  }));
}

/** What is found may be less than before, but how to mend it is the same. */
function isAmong(findings: readonly Finding[], { mend }: Finding): boolean {
  return findings.some((other) => other.mend === mend);
}
