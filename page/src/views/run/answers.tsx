import type { RunAnswer } from '../../../../src/dashboard/answers/run.js';
import { Captioned, DataTable, Scroll } from '../../parts/data-table.js';
import { shade } from '../../parts/shade.js';

/** What a run takes the test images for: a confusion matrix, or of many classes the most frequent mistakes, and the errors of each class. */
export function Answers({ confusion, mistakes, classErrors }: RunAnswer) {
  if (confusion === null && mistakes.all === 0 && classErrors.length === 0) return null;
  return (
    <section>
      <h2>What it takes images for</h2>
      {confusion === null ? (
        <DataTable
          caption={`The most frequent mistakes, of ${mistakes.all} pairs of classes`}
          columns={[
            { title: 'label', align: 'right' },
            { title: 'taken for', align: 'right' },
            { title: 'images', align: 'right' },
          ]}
          rows={mistakes.shown.map(({ label, predicted, images }) => [label, predicted, images])}
        />
      ) : (
        <Matrix confusion={confusion} classErrors={classErrors} />
      )}
    </section>
  );
}

const MATRIX_CAPTION =
  'Confusion matrix: rows are labels, columns what they are taken for; mistakes are shaded by their share of the row';

function Matrix({
  confusion,
  classErrors,
}: { readonly confusion: readonly (readonly number[])[] } & Pick<RunAnswer, 'classErrors'>) {
  const errors = new Map(classErrors.map((row) => [row.label, row]));
  return (
    <Captioned caption={MATRIX_CAPTION}>
      <Scroll label="Confusion matrix">
        <table class="matrix">
          <caption class="hidden">{MATRIX_CAPTION}</caption>
          <thead>
            <tr>
              <th scope="col">label</th>
              {confusion.map((_, predicted) => (
                <th key={predicted} scope="col" class="number">
                  {predicted}
                </th>
              ))}
              <th scope="col" class="number">
                error %
              </th>
            </tr>
          </thead>
          <tbody>
            {confusion.map((row, label) => {
              const images = row.reduce((sum, count) => sum + count, 0);
              return (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  {row.map((count, predicted) => (
                    <td
                      key={predicted}
                      class="number"
                      style={label === predicted ? {} : shade(images === 0 ? 0 : count / images)}
                    >
                      {label === predicted ? <strong>{count}</strong> : count === 0 ? '·' : count}
                    </td>
                  ))}
                  <td class="number">{errors.get(label)?.errorPercent.toFixed(2) ?? '–'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </Captioned>
  );
}
