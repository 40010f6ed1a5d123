import { withDatabaseErrors } from '../../../experiment/database-errors.js';
import { formatNumberOf, joinWords } from '../../../report/findings/words.js';
import { NUMERICS } from '../../../run/numerics.js';
import type { Check } from './finding.js';

/** Results of other versions of the arithmetic, which stand beside those of this one. */
export const versionsCheck: Check = {
  name: 'versions',
  ok: 'all results are of the numerics version that this program has',
  find(db) {
    const query =
      'SELECT numerics, count(*) AS runs FROM results WHERE numerics <> ? GROUP BY numerics ORDER BY numerics';
    const others = withDatabaseErrors(db.name, () =>
      db.prepare<[number], { numerics: number; runs: number }>(query).all(NUMERICS),
    );
    if (others.length === 0) return [];
    const runs = others.reduce((sum, { runs }) => sum + runs, 0);
    const versions = joinWords(others.map(({ numerics }) => String(numerics)));
    return [
      {
        isWrong: false,
        what: `${formatNumberOf(runs, 'result')} of numerics ${versions}, this program's is ${NUMERICS}: trained again, weights may differ in their last bits.`,
        mend: 'To have them anew: the same sweeps with --numerics current.',
      },
    ];
  },
};
