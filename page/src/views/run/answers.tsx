import type { RunAnswer } from '../../../../src/dashboard/answers/run.js';
import { Captioned, DataTable, Scroll } from '../../parts/data-table.js';
import { shade } from '../../parts/shade.js';

interface AnswersProps extends Pick<RunAnswer, 'confusion' | 'mistakes' | 'classErrors'> {
  /** Empty where they are not known. */
  readonly classNames: readonly string[];
}

/** What a run takes the test images for: a confusion matrix, or of many classes the most frequent mistakes, and the classes with the most errors. */
export function Answers({ confusion, mistakes, classErrors, classNames }: AnswersProps) {
  const nameClass = (label: number) => classNames[label] ?? String(label);
  if (confusion === null && mistakes.all === 0 && classErrors.length === 0) return null;
  return (
    <section>
      <h2>What it takes images for</h2>
      {confusion === null ? (
        <>
          <DataTable
            caption={`The most frequent mistakes, of ${mistakes.all} pairs of classes`}
            columns={[{ title: 'label' }, { title: 'taken for' }, { title: 'images', align: 'right' }]}
            rows={mistakes.shown.map(({ label, predicted, images }) => [
              nameClass(label),
              nameClass(predicted),
              images,
            ])}
          />
          {classErrors.length > 0 && <WorstClasses {...{ classErrors, nameClass }} />}
        </>
      ) : (
        <Matrix {...{ confusion, classErrors, nameClass }} />
      )}
    </section>
  );
}

type NameClass = (label: number) => string;

/** More classes than these are no longer the worst ones. */
const MOST_CLASSES = 20;

function WorstClasses({
  classErrors,
  nameClass,
}: Pick<RunAnswer, 'classErrors'> & { readonly nameClass: NameClass }) {
  const worst = [...classErrors].sort((a, b) => b.errorPercent - a.errorPercent || a.label - b.label);
  const shown = worst.slice(0, MOST_CLASSES);
  return (
    <DataTable
      caption={`The ${shown.length} classes of ${worst.length} that it gets wrong most often`}
      columns={[
        { title: 'label' },
        { title: 'error %', align: 'right' },
        { title: 'wrong', align: 'right' },
        { title: 'images', align: 'right' },
      ]}
      rows={shown.map(({ label, errorPercent, errors, images }) => [
        nameClass(label),
        errorPercent.toFixed(2),
        errors,
        images,
      ])}
    />
  );
}

const MATRIX_CAPTION =
  'Confusion matrix: rows are labels, columns what they are taken for; mistakes are shaded by their share of the row';

function Matrix({
  confusion,
  classErrors,
  nameClass,
}: { readonly confusion: readonly (readonly number[])[]; readonly nameClass: NameClass } & Pick<
  RunAnswer,
  'classErrors'
>) {
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
                  {nameClass(predicted)}
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
                  <th scope="row">{nameClass(label)}</th>
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
