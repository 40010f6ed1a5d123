import type { SearchAnswer, TrialRow } from '../../../../src/dashboard/answers/search.js';
import { Frame, Legend } from '../../chart/frame.js';
import { makeScale, placeTicks } from '../../chart/scale.js';

/** The trials in the order in which they were chosen, and the best so far; with several objectives, the first two against each other. */
export function History({ trials, course, objectives }: SearchAnswer) {
  const known = trials.filter(({ value }) => value !== null);
  const complete = known.filter(({ state }) => state === 'complete');
  const others = known.filter(({ state }) => state !== 'complete');
  const x = makeScale([1, ...trials.map(({ trial }) => trial)], 'linear');
  const y = makeScale(known.map(({ value }) => value!));
  const steps = course.flatMap(([trial, value], i) => [
    ...(i > 0 ? [[trial, course[i - 1]![1]] as const] : []),
    [trial, value] as const,
  ]);
  return (
    <>
      <Legend title="trials" names={['complete', 'given up or not at its end', 'best so far']} />
      <Frame
        label={`${objectives[0]} of ${known.length} trials in their order; the table below lists them`}
        x={{ title: 'trial', ticks: placeTicks(x) }}
        y={{ title: objectives[0]!, ticks: placeTicks(y) }}
      >
        {({ toX, toY }) => (
          <>
            <polyline
              class="course series-2"
              points={steps
                .map(([trial, value]) => `${toX(x.place(trial))},${toY(y.place(value))}`)
                .join(' ')}
            />
            <Trials
              trials={others}
              series={1}
              at={({ trial, value }) => [toX(x.place(trial)), toY(y.place(value!))]}
            />
            <Trials
              trials={complete}
              series={0}
              at={({ trial, value }) => [toX(x.place(trial)), toY(y.place(value!))]}
            />
          </>
        )}
      </Frame>
    </>
  );
}

interface TrialsProps {
  readonly trials: readonly TrialRow[];
  readonly series: number;
  readonly at: (trial: TrialRow) => readonly [x: number, y: number];
}

function Trials({ trials, series, at }: TrialsProps) {
  return (
    <g class={`series-${series}`}>
      {trials.map((trial) => {
        const [x, y] = at(trial);
        return (
          <circle key={trial.trial} class="dot" cx={x} cy={y} r={trial.isBest ? 7 : 4.5}>
            <title>
              trial {trial.trial}: {trial.figures[0]}
            </title>
          </circle>
        );
      })}
    </g>
  );
}
