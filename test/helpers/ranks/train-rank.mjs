// One rank of a run on synthetic images, as JSON on stdout: node train-rank.mjs RANK RANKS TRANSPORT WORKERS OPTIONS SPEC
import { makeSyntheticDataset, makeSyntheticTargets } from '../../../dist/src/dataset/synthetic.js';
import { Ranks } from '../../../dist/src/parallel/ranks.js';
import { fitRun } from '../../../dist/src/run/fit.js';
import { resolveRunSpec } from '../../../dist/src/run/spec.js';
import { trainFitted } from '../../../dist/src/train.js';

const [rank, ranks, transport, workers, options, written] = process.argv.slice(2);
const { stopInEpoch, checkpoints, images, regression } = JSON.parse(options);
const spec = resolveRunSpec(JSON.parse(written));
const { input } = spec.network;
const dataset = regression ? makeSyntheticTargets(input, images) : makeSyntheticDataset(input, 10, images);
const stop = new AbortController();
const { epochs, ...result } = await trainFitted(fitRun(spec, dataset), {
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
const { state, reason, weightsSha256, confusion, predicted } = result;
process.stdout.write(
  JSON.stringify({ state, reason, weightsSha256, metrics, confusion, predicted: [...(predicted ?? [])] }),
);
