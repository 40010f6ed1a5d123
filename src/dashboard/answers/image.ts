import { HTTPException } from 'hono/http-exception';
import { encodePng } from '../../report/png.js';
import { drawTestImage } from '../../report/test-image.js';
import type { Answer } from '../answer.js';
import { drawKernels, readKernels } from '../kept-kernels.js';
import { readRun, readRunId } from '../read-run.js';
import { refuseMistakes } from '../refuse-mistakes.js';

/** `image?run=3&example=17`, a test image of a run's data set; `image?run=3&kernels`, those of its first layer. */
export const IMAGE: Answer = {
  path: 'image',
  answer: async ({ database, query, testData }) => {
    const runId = readRunId(query.get('run'));
    const run = database.read((db) => readRun(db, runId));
    if (query.has('kernels')) {
      const sheet = drawKernels(await orNotFound(() => readKernels(database.file, runId)));
      return sendPng(encodePng(sheet.pixels, sheet));
    }
    const data = await orNotFound(() => testData.find(run));
    return sendPng(drawTestImage(data, readExample(query.get('example'), data.test.count)));
  },
};

/** What cannot be had is not there, as far as a browser is concerned. */
const orNotFound = <T>(action: () => Promise<T>) => refuseMistakes(404, action);

function readExample(text: string | null, count: number): number {
  const example = /^[1-9]\d{0,9}$/.test(text ?? '') ? Number(text) : 0;
  if (example >= 1 && example <= count) return example;
  throw new HTTPException(400, {
    message: `expected example=1 to example=${count}, found '${(text ?? '').slice(0, 80)}'`,
  });
}

function sendPng(png: Buffer): Response {
  return new Response(new Uint8Array(png), { headers: { 'content-type': 'image/png' } });
}
