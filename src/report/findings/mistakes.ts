import type { Dataset } from '../../dataset/dataset.js';
import { type Block, type Image, paragraph } from '../document/blocks.js';
import { formatCount } from '../format-values.js';
import { drawTestImage } from '../test-image.js';
import { haveSameImages, type NamedRun } from './compare.js';
import { listWrong, type ReportedRun } from './reported-run.js';
import { addArticle } from './words.js';

/** More pictures than this are no longer looked at, and make the page heavy. */
const MAX_PICTURES = 240;

/** The test images that a run gets wrong, as pictures where the data set is at hand. */
export function showMistakes({ name, run }: NamedRun, dataset: Dataset | null): Block[] {
  const wrong = listWrong(run);
  if (wrong === null) {
    return [
      paragraph(
        `The answers of ${name} (run ${run.runId}) are not recorded: it was made by an older version. ` +
          'Its mistakes cannot be listed.',
      ),
    ];
  }
  const places = findPlaces(wrong, (missed) => missed === 1);
  const caption = `All that ${name} gets wrong: under each picture its label → what it is taken for`;
  return [showPictures(caption, places, run, dataset, (place) => [run.answers!.predicted[place]!])];
}

/** The test images that all runs get wrong. */
export function showCommonMistakes(
  points: readonly NamedRun[],
  noun: string,
  dataset: Dataset | null,
): Block[] {
  const first = points.find(({ run }) => run.answers !== null);
  if (first === undefined) return [];
  const comparable = points.filter(({ run }) => haveSameImages(first.run, run));
  if (comparable.length < 2) return [];
  const wrong = comparable.map(({ run }) => listWrong(run)!);
  const places = findPlaces(wrong[0]!, (_, i) => wrong.every((row) => row[i] === 1));
  if (places.length === 0) {
    return [paragraph(`There is no test image that all ${comparable.length} networks get wrong.`)];
  }
  const answersAt = (place: number) => comparable.map(({ run }) => run.answers!.predicted[place]!);
  return [
    paragraph(
      `All ${comparable.length} networks of this page get ${formatCount(places.length)} of the test ${noun} ` +
        'wrong. Where they agree on what it is, the label may be the one to doubt.',
    ),
    showPictures(
      `What all ${comparable.length} networks get wrong: under each picture its label → what they take ` +
        'it for',
      places,
      first.run,
      dataset,
      (place) => [...new Set(answersAt(place))].sort((a, b) => a - b),
    ),
  ];
}

function findPlaces(wrong: Uint8Array, isMeant: (missed: number, place: number) => boolean): number[] {
  return [...wrong.keys()].filter((place) => isMeant(wrong[place]!, place));
}

function showPictures(
  caption: string,
  places: readonly number[],
  { answers, datasetSha256 }: ReportedRun,
  dataset: Dataset | null,
  listGuesses: (place: number) => readonly number[],
): Block {
  const { firstExample, labels } = answers!;
  const known = dataset?.sha256 === datasetSha256 ? dataset : null;
  const items = places.slice(0, MAX_PICTURES).map((place): Image => {
    const nameClass = (index: number) => known?.classNames[index] ?? String(index);
    const label = nameClass(labels[place]!);
    const guesses = listGuesses(place).map(nameClass);
    return {
      source: known && toDataUrl(drawTestImage(known, firstExample + place)),
      text:
        `test example ${formatCount(firstExample + place)}: ${addArticle(label)}, taken for ` +
        `${guesses.map(addArticle).join(' or ')}`,
      label: `${label} → ${guesses.join('/')}`,
    };
  });
  const count =
    places.length > items.length ? ` (the first ${items.length} of ${places.length})` : ` (${places.length})`;
  return { kind: 'images', caption: `${caption}${count}.`, items };
}

function toDataUrl(png: Buffer): string {
  return `data:image/png;base64,${png.toString('base64')}`;
}
