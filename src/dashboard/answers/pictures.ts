import { UserError } from '../../core/errors.js';
import { readAnswers } from '../../experiment/answers.js';
import type { Answer } from '../answer.js';
import { readKernels } from '../kept-kernels.js';
import { readRun, readRunId } from '../read-run.js';

/** A test image that a run gets wrong. */
export interface WrongImage {
  /** Its number in the data set, from 1. */
  readonly example: number;
  readonly label: number;
  readonly predicted: number;
}

/** What a run's pictures are of; `/api/image` draws them. */
export interface PicturesAnswer {
  /** The first ones; null where the run's answers are not recorded. */
  readonly wrong: readonly WrongImage[] | null;
  /** How many there are. */
  readonly wrongImages: number;
  /** Empty where the data set is not at hand. */
  readonly classNames: readonly string[];
  /** Why the images cannot be drawn, and what gets them; null if they can. */
  readonly imagesMissing: string | null;
  readonly kernels: { readonly layer: string; readonly caption: string; readonly legend: string } | null;
  /** Likewise of the kernels. */
  readonly kernelsMissing: string | null;
}

/** More pictures than this are no longer looked at. */
const MOST_IMAGES = 240;

export const PICTURES: Answer = {
  path: 'runs/:id/pictures',
  answer: async ({ database, params, testData }): Promise<PicturesAnswer> => {
    const runId = readRunId(params.id);
    const { run, answers } = database.read((db) => ({
      run: readRun(db, runId),
      answers: readAnswers(db, runId),
    }));
    const wrong = answers
      ? [...answers.labels.keys()].filter((i) => answers.labels[i] !== answers.predicted[i])
      : [];
    const data = await orReason(testData.find(run));
    const kernels = await orReason(readKernels(database.file, runId));
    return {
      wrong:
        answers &&
        wrong.slice(0, MOST_IMAGES).map((i) => ({
          example: answers.firstExample + i,
          label: answers.labels[i]!,
          predicted: answers.predicted[i]!,
        })),
      wrongImages: wrong.length,
      classNames: data.found?.classNames ?? [],
      imagesMissing: data.reason,
      kernels: kernels.found && {
        layer: kernels.found.layer,
        caption: kernels.found.sheet.caption,
        legend: kernels.found.sheet.legend,
      },
      kernelsMissing: kernels.reason,
    };
  },
};

type Found<T> =
  | { readonly found: T; readonly reason: null }
  | { readonly found: null; readonly reason: string };

async function orReason<T>(promise: Promise<T>): Promise<Found<T>> {
  try {
    return { found: await promise, reason: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { found: null, reason: error.message };
  }
}
