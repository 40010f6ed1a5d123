import type { PicturesAnswer, WrongImage } from '../../../../src/dashboard/answers/pictures.js';
import { type Asked, apiUrl } from '../../lib/api.js';
import { MarkedText } from '../../parts/command-line.js';
import { Gallery, type GalleryImage } from '../../parts/gallery.js';

/** The test images that a run gets wrong, and the kernels of its first layer. */
export function Pictures({ run, answer, error }: Asked<PicturesAnswer> & { readonly run: number }) {
  if (error !== null) return <p role="alert">{error}</p>;
  if (answer === null) return <p aria-busy="true">…</p>;
  return (
    <>
      {answer.wrong !== null && (
        <section>
          <h2>What it gets wrong</h2>
          <WrongImages run={run} {...answer} wrong={answer.wrong} />
        </section>
      )}
      <section>
        <h2>Kernels of its first layer</h2>
        <Kernels run={run} {...answer} />
      </section>
    </>
  );
}

function WrongImages({
  run,
  wrong,
  wrongImages,
  classNames,
  imagesMissing,
}: PicturesAnswer & { run: number; wrong: readonly WrongImage[] }) {
  const nameClass = (index: number) => classNames[index] ?? String(index);
  const images = wrong.map(({ example, label, predicted }): GalleryImage => {
    const [is, guess] = [nameClass(label), nameClass(predicted)];
    return { example, label: `${is} → ${guess}`, text: `Test image ${example}: ${is}, taken for ${guess}` };
  });
  const first = wrongImages > wrong.length ? `; here are the first ${wrong.length}` : '';
  return (
    <>
      <p>
        {wrongImages === 0
          ? 'It gets every test image right.'
          : `${wrongImages.toLocaleString('en-US')} test ${wrongImages === 1 ? 'image' : 'images'}, each with its label → what it is taken for${first}.`}
      </p>
      {imagesMissing !== null && (
        <p class="faint">
          <MarkedText text={imagesMissing} />
        </p>
      )}
      <Gallery run={run} images={images} isDrawn={imagesMissing === null} />
    </>
  );
}

function Kernels({ run, kernels, kernelsMissing }: PicturesAnswer & { run: number }) {
  if (kernels === null) {
    return <p>{kernelsMissing !== null && <MarkedText text={kernelsMissing} />}</p>;
  }
  const text = `${kernels.layer}, ${kernels.caption}`;
  return (
    <figure class="kernels">
      <img src={apiUrl('image', { run, kernels: '' })} alt={text} loading="lazy" />
      <figcaption>
        {text}; {kernels.legend}
      </figcaption>
    </figure>
  );
}
