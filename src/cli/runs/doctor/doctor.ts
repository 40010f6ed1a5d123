import type Database from 'better-sqlite3';
import type { Command } from 'commander';
import { UserError } from '../../../core/errors.js';
import { EXIT_CODES } from '../../exit.js';
import type { Session } from '../session.js';
import { claimsCheck } from './claims.js';
import { damageCheck } from './damage.js';
import { dataCheck } from './data.js';
import type { Check, Finding } from './finding.js';
import { placeCheck } from './place.js';
import { runFoldersCheck } from './run-folders.js';
import { spaceCheck } from './space.js';
import { versionsCheck } from './versions.js';

/** Damage comes first: nothing else can be trusted beside it. */
const CHECKS: readonly Check[] = [
  damageCheck,
  placeCheck,
  claimsCheck,
  runFoldersCheck,
  spaceCheck,
  versionsCheck,
  dataCheck,
];

interface Flags {
  readonly fix?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** One line of the examination. */
interface Line {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'wrong' | 'mended';
  readonly what: string;
  readonly mend: string | null;
}

/** `doctor`: looks for what is wrong with a database and the files beside it, and says or does what mends it. */
export function addDoctorCommand(program: Command, session: Session): void {
  program
    .command('doctor')
    .description(
      'looks for damage, stale claims, orphaned files, full disks and missing data, and says how to mend each',
    )
    .option('--fix', 'mends what takes nothing away')
    .option('--yes', 'with --fix: deletes orphaned files too')
    .option('--json', 'as a JSON array of objects')
    .action(async (flags: Flags, command: Command) => {
      if (flags.yes && !flags.fix)
        throw new UserError('runs doctor: expected --fix with --yes, found --yes alone. Give both.');
      const lines: Line[] = [];
      const examine = async (db: Database.Database) => {
        for await (const line of examineAll(db, flags)) lines.push(line);
      };
      await (flags.fix ? session.change(command, examine) : session.read(command, examine));
      session.streams.out.write(
        flags.json ? `${JSON.stringify(lines, null, 2)}\n` : lines.map(formatLine).join(''),
      );
      if (lines.some(({ state }) => state === 'wrong')) session.exitCode = EXIT_CODES.failed;
    });
}

async function* examineAll(db: Database.Database, flags: Flags): AsyncGenerator<Line> {
  for (const check of CHECKS) {
    const findings = await check.find(db);
    if (findings.length === 0) yield { check: check.name, state: 'ok', what: check.ok, mend: null };
    for (const finding of findings) yield { check: check.name, ...(await treat(db, finding, flags)) };
    if (check === damageCheck && findings.length > 0) return;
  }
}

async function treat(
  db: Database.Database,
  { isWrong, what, mend, remedy }: Finding,
  { fix, yes }: Flags,
): Promise<Omit<Line, 'check'>> {
  if (fix && remedy && (yes || !remedy.deletes)) {
    await remedy.apply(db);
    return { state: 'mended', what, mend: null };
  }
  return { state: isWrong ? 'wrong' : 'note', what, mend };
}

function formatLine({ check, state, what, mend }: Line): string {
  const margin = ' '.repeat(18);
  const head = `${state.padEnd(6)}  ${check.padEnd(9)} ${what}\n`;
  return mend === null ? head : `${head}${margin}${mend}\n`;
}
