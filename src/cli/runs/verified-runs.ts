import type { Difference, Fact } from '../../experiment/compare-results.js';
import type { Verification } from '../../experiment/verify.js';
import type { WholeRun } from '../../experiment/whole-run.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { formatTable } from '../../report/tables.js';

/** A recorded run and what came of its repetition. */
export interface VerifiedRun {
  readonly run: WholeRun;
  readonly verification: Verification;
}

/** Differences of one run that a line has room for; JSON has all. */
const SHOWN_DIFFERENCES = 3;
const SHOWN_DIGITS = 12;

/** Whether the run repeated itself, or differs as it may. */
export function isFine(verification: Verification): boolean {
  const { verdict } = verification;
  return verdict === 'same' || (verdict === 'differs' && verification.cause.isExpected);
}

/** A table of verdicts and, below, what is behind those that are not the best one; or JSON with all differences. */
export function formatVerifiedRuns(verified: readonly VerifiedRun[], json: boolean, width?: number): string {
  if (json) return formatJson(verified);
  const table = formatTable(
    [
      { title: 'id', align: 'right' },
      { title: 'network', align: 'left' },
      { title: 'seed', align: 'right' },
      { title: 'verdict', align: 'left' },
    ],
    verified.map(({ run, verification }) => [
      String(run.runId),
      run.label,
      String(run.spec.seed),
      describeVerdict(verification),
    ]),
    width,
  );
  const details = verified.flatMap(({ run, verification }) =>
    explain(verification).map((line) => `run ${run.runId}: ${line}\n`),
  );
  const same = verified.filter(({ verification }) => verification.verdict === 'same').length;
  const summary = `${same} of ${formatNumberOf(verified.length, 'run')} the same to the bit, weights and metrics.\n`;
  return [table, ...(details.length > 0 ? [details.join('')] : []), summary].join('\n');
}

function describeVerdict(verification: Verification): string {
  const { verdict } = verification;
  if (verdict === 'same') return 'same';
  if (verdict === 'unknown') return 'not verified';
  return verification.cause.isExpected ? 'differs, as it may' : 'DIFFERS';
}

function explain(verification: Verification): string[] {
  if (verification.verdict === 'same') return [];
  if (verification.verdict === 'unknown') return [verification.reason];
  const { differences, cause } = verification;
  const shown = differences.slice(0, SHOWN_DIFFERENCES).map(describeDifference);
  const more = differences.length - shown.length;
  return [...shown, ...(more > 0 ? [formatNumberOf(more, 'more difference')] : []), cause.text];
}

/** `test loss of epoch 1: recorded 2.31, found 2.3` */
function describeDifference({ what, recorded, found }: Difference): string {
  return `${what}: recorded ${shorten(recorded)}, found ${shorten(found)}`;
}

function shorten(fact: Fact): string {
  if (fact === null) return 'nothing';
  const text = String(fact);
  return typeof fact === 'string' && text.length > SHOWN_DIGITS ? `${text.slice(0, SHOWN_DIGITS)}…` : text;
}

function formatJson(verified: readonly VerifiedRun[]): string {
  const rows = verified.map(({ run: { runId, label }, verification }) => ({
    run_id: runId,
    label,
    verdict: verification.verdict,
    is_fine: isFine(verification),
    why:
      'cause' in verification
        ? verification.cause.text
        : 'reason' in verification
          ? verification.reason
          : null,
    differences: 'differences' in verification ? verification.differences : [],
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}
