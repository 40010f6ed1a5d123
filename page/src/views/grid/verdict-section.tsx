import type { GridAnswer } from '../../../../src/dashboard/answers/grid.js';
import type { Verdict } from '../../../../src/dashboard/grid/verdict.js';
import { hrefTo } from '../../lib/router.js';
import { DataTable } from '../../parts/data-table.js';
import { RunName } from '../../parts/run-name.js';
import { formatMeasure, type ShownMeasure } from './measure.js';
import './verdict.css';

interface VerdictProps
  extends Pick<GridAnswer, 'fieldVerdict' | 'settingVerdict' | 'unjudged' | 'fields' | 'measures'> {
  readonly fieldLabel: string | null;
  readonly measure: ShownMeasure;
}

/** Which value of the field wins, and which setting, and whether that is more than chance. */
export function VerdictSection(props: VerdictProps) {
  const { fieldVerdict, settingVerdict, unjudged, fields, fieldLabel, measure } = props;
  // Single answers are recorded of runs on classes alone.
  const hasImages = props.measures.some(({ name }) => name === 'test_error_percent');
  return (
    <>
      {unjudged !== null && fields.length > 0 && <p class="standfirst">{unjudged}</p>}
      {fieldVerdict && fieldLabel && (
        <section>
          <h2>Which {fieldLabel} wins?</h2>
          <VerdictText verdict={fieldVerdict} {...{ measure, hasImages }} />
          {fields.length > 1 && (
            <p class="faint">
              Each value of {fieldLabel} is at its best, whatever the other fields are; p counts every setting
              that could have been the best one.
            </p>
          )}
        </section>
      )}
      {settingVerdict && fields.length > 1 && (
        <section>
          <h2>Which setting wins?</h2>
          <VerdictText verdict={settingVerdict} {...{ measure, hasImages }} />
        </section>
      )}
    </>
  );
}

const ANSWERS = {
  yes: 'more than chance',
  no: 'may be chance',
  untested: 'cannot be told',
} as const;

/** So many rivals are shown; the first one is what the answer is about. */
const SHOWN = 6;

interface VerdictTextProps {
  readonly verdict: Verdict;
  readonly measure: ShownMeasure;
  readonly hasImages: boolean;
}

function VerdictText({ verdict, measure, hasImages }: VerdictTextProps) {
  const { answer, winner, winnerRuns, sentence, rivals } = verdict;
  const shown = rivals.slice(0, SHOWN);
  const compared = [winnerRuns[0]!, rivals[0]!.run].join();
  return (
    <div class="verdict">
      <p class="standfirst">
        <strong>{winner}</strong> <span class={`answer ${answer}`}>{ANSWERS[answer]}</span>
      </p>
      <p>
        {sentence}{' '}
        <a href={hrefTo('compare', null, { runs: compared })}>
          Compare the two{hasImages && ' image by image'}
        </a>
      </p>
      <DataTable
        caption={`${winner} against ${shown.length < rivals.length ? `its ${shown.length} closest rivals of ${rivals.length}` : 'the others'}`}
        columns={[
          { title: 'rival' },
          { title: `behind in ${measure.label}`, align: 'right' },
          { title: 'p, after Holm', align: 'right' },
          { title: 'first run' },
        ]}
        rows={shown.map(({ name, behind, p, run }) => [
          name,
          formatMeasure(behind, measure),
          tellP(p),
          <RunName key={run} run={run} />,
        ])}
      />
    </div>
  );
}

function tellP(p: number | null): string {
  if (p === null) return 'not tested';
  return p < 0.0001 ? '< 0.0001' : String(Number(p.toPrecision(2)));
}
