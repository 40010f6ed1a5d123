import type { CompareAnswer } from '../../../../src/dashboard/answers/compare.js';
import type { PicturesAnswer } from '../../../../src/dashboard/answers/pictures.js';
import { useAnswer } from '../../lib/api.js';
import { setParams, useAddress } from '../../lib/router.js';
import { Choice } from '../../parts/choice.js';
import { MarkedText } from '../../parts/command-line.js';
import { Gallery } from '../../parts/gallery.js';

/** The images that one run of a pair gets right and the other wrong. */
export function Disputed({ tested, pairs, disputed, disputedImages }: CompareAnswer) {
  const { params } = useAddress();
  const chosen = pairs.find(({ first, second }) => params.pair === `${first},${second}`) ?? pairs[0]!;
  const { answer, error } = useAnswer<PicturesAnswer>(`runs/${tested[0]}/pictures`);
  return (
    <section aria-busy={answer === null && error === null}>
      <h2>Which images one gets right and the other wrong</h2>
      {pairs.length > 1 && (
        <div class="choices">
          <Choice
            label="Pair"
            value={`${chosen.first},${chosen.second}`}
            options={pairs.map(({ first, second }) => ({
              value: `${first},${second}`,
              label: `run ${first} and run ${second}`,
            }))}
            onChoose={(pair) => setParams({ pair })}
          />
        </div>
      )}
      {disputedImages > disputed.length && (
        <p class="faint">
          Of the {disputedImages.toLocaleString('en-US')} images on which these runs are not of one mind, the
          first {disputed.length.toLocaleString('en-US')} are looked at here.
        </p>
      )}
      {answer?.imagesMissing && (
        <p class="faint">
          <MarkedText text={answer.imagesMissing} />
        </p>
      )}
      <div class="sides">
        <Side right={chosen.first} wrong={chosen.second} {...{ tested, disputed }} pictures={answer} />
        <Side right={chosen.second} wrong={chosen.first} {...{ tested, disputed }} pictures={answer} />
      </div>
    </section>
  );
}

interface SideProps extends Pick<CompareAnswer, 'tested' | 'disputed'> {
  readonly right: number;
  readonly wrong: number;
  readonly pictures: PicturesAnswer | null;
}

function Side({ right, wrong, tested, disputed, pictures }: SideProps) {
  const [isRight, isWrong] = [right, wrong].map((run) => tested.indexOf(run)) as [number, number];
  const found = disputed.filter(
    ({ label, predicted }) => predicted[isRight] === label && predicted[isWrong] !== label,
  );
  const nameClass = (index: number) => pictures?.classNames[index] ?? String(index);
  const images = found.map(({ example, label, predicted }) => {
    const [is, guess] = [nameClass(label), nameClass(predicted[isWrong]!)];
    return {
      example,
      label: `${is} → ${guess}`,
      text: `Test image ${example}: ${is}, which run ${wrong} takes for ${guess}`,
    };
  });
  return (
    <div>
      <h3>
        Only run {right} is right ({found.length.toLocaleString('en-US')}): label → what run {wrong} says
      </h3>
      <Gallery
        key={`${right},${wrong}`}
        run={right}
        images={images}
        isDrawn={pictures !== null && pictures.imagesMissing === null}
      />
    </div>
  );
}
