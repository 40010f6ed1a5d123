import { findDamage } from '../../../experiment/integrity.js';
import type { Check } from './finding.js';

/** Lines of damage that are told; one is enough to know. */
const SHOWN = 3;

export const damageCheck: Check = {
  name: 'integrity',
  ok: 'pages, indices and references are whole',
  find(db) {
    const damage = findDamage(db);
    if (damage.length === 0) return [];
    const more = damage.length > SHOWN ? `; ${damage.length - SHOWN} more` : '';
    return [
      {
        isWrong: true,
        what: `The database is damaged: ${damage.slice(0, SHOWN).join('; ')}${more}.`,
        mend:
          'Use the last backup in its place (runs backup makes them). Without one, what can still be read is saved by: ' +
          `sqlite3 ${db.name} .recover. Look after the disk.`,
      },
    ];
  },
};
