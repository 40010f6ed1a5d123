// One rank of a run on synthetic images, as JSON on stdout: node train-rank.mjs RANK RANKS TRANSPORT WORKERS OPTIONS SPEC
import { makeSyntheticDataset } from '../../../dist/src/dataset/synthetic.js';
import { Ranks } from '../../../dist/src/parallel/ranks.js';
import { fitRun } from '../../../dist/src/run/fit.js';
import { resolveRunSpec } from '../../../dist/src/run/spec.js';
import { trainFitted } from '../../../dist/src/train.js';

const [rank, ranks, transport, workers, options, written] = process.argv.slice(2);
const { stopInEpoch, checkpoints, images } = JSON.parse(options);
const spec = resolveRunSpec(JSON.parse(written));
const dataset = makeSyntheticDataset(spec.network.input, 10, images);
const stop = new AbortController();
const { state, reason, weightsSha256, epochs } = await trainFitted(fitRun(spec, dataset), {
  workers: Number(workers),
  ranks: ranks === '1' ? null : await Ranks.open({ rank: Number(rank), ranks: Number(ranks), transport }),
  signal: stop.signal,
  ...(checkpoints && rank === '0' && { checkpoints }),
  // Only one of them is asked to end.
  onProgress: ({ epoch, step }) => {
    if (rank === '0' && epoch === stopInEpoch && step > 0) stop.abort();
  },
});
const metrics = epochs.map(({ seconds, imagesPerSecond, ...rest }) => rest);
process.stdout.write(JSON.stringify({ state, reason, weightsSha256, metrics }));
