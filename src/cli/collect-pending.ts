import { UserError } from '../core/errors.js';
import { Store } from '../experiment/store.js';
import type { Collection } from '../remote/collect.js';
import { collectPending, findPendingFolder, listPending } from '../remote/pending.js';
import { formatNumberOf } from '../report/findings/words.js';

/** Records what has come to a result of all that was submitted for a database, and says so in lines. */
export async function collectInto(store: Store, say: (line: string) => void): Promise<void> {
  const place = findPendingFolder(store.db.name);
  const collections = await collectPending(store, (reason) =>
    say(`${reason} If its results have gone for good, remove the file with its name from ${place}.`),
  );
  for (const { submission, ...collection } of collections) {
    const { sweep, folder } = submission;
    for (const problem of collection.problems) say(`${sweep}: ${problem}`);
    if (collection.recorded.length > 0) say(`${sweep}: ${describeCollection(collection)} from ${folder}`);
  }
}

/** The same before a database is read. One that cannot be written now is read as it is. */
export async function collectFor(database: string, say: (line: string) => void): Promise<void> {
  try {
    if ((await listPending(database)).length === 0) return;
    const store = Store.open(database);
    try {
      await collectInto(store, say);
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`${error.message} What was submitted is not collected.`);
  }
}

/** `12 results recorded (1 failed)` */
export function describeCollection({ recorded, failed, held }: Collection): string {
  const parts = [
    `${formatNumberOf(recorded.length, 'result')} recorded${failed > 0 ? ` (${failed} failed)` : ''}`,
    ...(held.size > 0 ? [`${formatNumberOf(held.size, 'point')} in other processes' hands`] : []),
  ];
  return parts.join(', ');
}
