import type { ComparedPair } from '../../../../src/dashboard/answers/compare.js';
import { DataTable } from '../../parts/data-table.js';
import { RunName } from '../../parts/run-name.js';

const COUNTS = ['both right', 'only the first right', 'only the second right', 'both wrong'];

/** McNemar's test of each pair of runs. */
export function Pairs({ pairs }: { readonly pairs: readonly ComparedPair[] }) {
  return (
    <section>
      <h2>On the same test images</h2>
      <DataTable
        caption={
          'Images that both, one or none of two runs get right, and McNemar’s test (mid-p) of the two that differ' +
          (pairs.length > 1 ? `, corrected for ${pairs.length} pairs by Holm’s method` : '')
        }
        columns={[
          { title: 'first' },
          { title: 'second' },
          ...COUNTS.map((title) => ({ title, align: 'right' as const })),
          { title: 'McNemar', align: 'right' },
        ]}
        rows={pairs.map(({ first, second, bothRight, bothWrong, onlyFirst, onlySecond, p }) => [
          <RunName key={first} run={first} />,
          <RunName key={second} run={second} />,
          // Whoever is wrong alone leaves the other one right alone.
          ...[bothRight, onlySecond, onlyFirst, bothWrong].map((count) => count.toLocaleString('en-US')),
          p,
        ])}
      />
    </section>
  );
}
