import type Database from 'better-sqlite3';
import type { Command } from 'commander';
import { UserError } from '../../../core/errors.js';
import { EXIT_CODES } from '../../exit.js';
import type { Session } from '../session.js';
import { claimsCheck } from './claims.js';
import { damageCheck } from './damage.js';
import { dataCheck } from './data.js';
import { type Consent, examine, type Line } from './examine.js';
import type { Check } from './finding.js';
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

interface Flags extends Consent {
  readonly json?: true;
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
      const examineAll = async (db: Database.Database) => {
        for (const check of CHECKS) {
          lines.push(...(await examine(db, check, flags)));
          if (check === damageCheck && lines.some(({ state }) => state !== 'ok')) return;
        }
      };
      await (flags.fix ? session.change(command, examineAll) : session.read(command, examineAll));
      session.streams.out.write(
        flags.json ? `${JSON.stringify(lines, null, 2)}\n` : lines.map(formatLine).join(''),
      );
      if (lines.some(({ state }) => state === 'wrong')) session.exitCode = EXIT_CODES.failed;
    });
}

function formatLine({ check, state, what, mend }: Line): string {
  const margin = ' '.repeat(18);
  const head = `${state.padEnd(6)}  ${check.padEnd(9)} ${what}\n`;
  return mend === null ? head : `${head}${margin}${mend}\n`;
}
