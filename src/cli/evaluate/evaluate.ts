import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../../checkpoint/combine.js';
import type { Ensemble } from '../../checkpoint/ensemble.js';
import { evaluatePredictions } from '../../checkpoint/evaluation.js';
import {
  averageOutputs,
  computeOutputLoss,
  findOutputLoss,
  type OutputLoss,
} from '../../checkpoint/output-loss.js';
import { evaluateTargets } from '../../checkpoint/target-evaluation.js';
import type { Prediction } from '../../checkpoint/trained-model.js';
import { UserError, unknownName } from '../../core/errors.js';
import { loadDataset } from '../../dataset/load.js';
import { warnOfMissingAddon } from '../../kernels/select.js';
import { createCommand, parseCommand } from '../command-line.js';
import { addDataOptions } from '../data-options.js';
import { EXIT_CODES } from '../exit.js';
import { IGNORE_HASH_OPTION, PLUGIN_OPTION } from '../run-options.js';
import {
  COMBINE_OPTION,
  DATABASE_OPTION,
  loadNetworks,
  type NetworkFlags,
  RUN_OPTION,
} from '../saved-networks.js';
import { type Streams, widthOf } from '../streams.js';
import { type ExampleFlags, type Examples, HALVES, type Half, readExamples } from './examples.js';
import { formatEvaluations, type NamedEvaluation } from './table.js';

interface Flags extends NetworkFlags, ExampleFlags {
  readonly json?: true;
}

/**
 * `evaluate <model>...`: how often trained networks are wrong on images of a data set, or how near a regression comes, each by itself and all together.
 *
 * @param load reads a data set by its name
 * @returns the exit code
 * @throws UserError for wrong usage, a file that is no checkpoint, an unknown run, networks that are not for the same images and classes
 */
export async function main(args: readonly string[], streams: Streams, load = loadDataset): Promise<number> {
  const command = addDataOptions(createCommand('evaluate', streams))
    .description(
      'Tells how often trained networks are wrong on images of a data set, each by itself and all together.',
    )
    .argument('[model...]', 'files that train.js --save has written')
    .addOption(RUN_OPTION)
    .option(...DATABASE_OPTION)
    .option(...COMBINE_OPTION)
    .option(
      '--on <half>',
      `the images: ${HALVES.join(', ')}; of the networks' own data set those that their specs say`,
      parseHalf,
      HALVES[0] as Half,
    )
    .option('--dataset <name>', "a data set of the same classes or targets, in place of the networks' own")
    .addOption(PLUGIN_OPTION)
    .option(...IGNORE_HASH_OPTION)
    .option('--json', 'one JSON object a network, and one for all together')
    .action(async (files: readonly string[], flags: Flags) => {
      if (files.length === 0 && flags.run === undefined) {
        throw new UserError('evaluate: expected files of trained networks or --run, found neither.');
      }
      const warning = warnOfMissingAddon();
      if (warning) streams.err.write(`${warning}\n`);
      const ensemble = await loadNetworks(files, flags, { command, streams });
      const examples = await readExamples(ensemble, flags, { load, streams });
      const evaluations = await evaluateEach(ensemble, examples, flags);
      streams.out.write(
        flags.json
          ? evaluations.map((evaluation) => `${JSON.stringify(evaluation)}\n`).join('')
          : formatEvaluations(evaluations, ensemble.members[0]!.model.classNames, widthOf(streams.out)),
      );
    });
  await parseCommand(command, args);
  return EXIT_CODES.done;
}

function parseHalf(text: string): Half {
  const half = HALVES.find((name) => name === text);
  if (half === undefined) throw unknownName('--on', 'half', text, HALVES);
  return half;
}

async function evaluateEach(
  ensemble: Ensemble,
  { images, labels, targets }: Examples,
  { combine }: Flags,
): Promise<NamedEvaluation[]> {
  const evaluate = (name: string, answers: readonly Answer[], loss: number | null): NamedEvaluation => ({
    name,
    ...(targets ? evaluateTargets(answers, targets) : evaluatePredictions(answers, labels, loss)),
  });
  const measureLoss = (outputs: readonly Float32Array[], loss: OutputLoss) =>
    targets ? null : computeOutputLoss(outputs, labels, loss);
  const each: Prediction[][] = [];
  const evaluations: NamedEvaluation[] = [];
  for (const { name, model } of ensemble.members) {
    const predictions = await model.predict(images);
    await model.close();
    each.push(predictions);
    const outputs = predictions.map((prediction) => prediction.outputs);
    evaluations.push(evaluate(name, predictions, measureLoss(outputs, findOutputLoss(model.spec))));
  }
  if (each.length === 1) return evaluations;
  const loss = combine === 'mean' ? findSharedLoss(ensemble) : null;
  const average = ({ kind }: OutputLoss) =>
    images.map((_, image) =>
      averageOutputs(
        each.map((predictions) => predictions[image]!.outputs),
        kind,
      ),
    );
  const together = loss && measureLoss(average(loss), loss);
  return [...evaluations, evaluate(`${combine} of ${each.length}`, ensemble.combine(each), together)];
}

/** Null if networks were trained by different losses. */
function findSharedLoss({ members }: Ensemble): OutputLoss | null {
  const [first, ...others] = members.map(({ model }) => findOutputLoss(model.spec)) as [
    OutputLoss,
    ...OutputLoss[],
  ];
  return others.every((other) => isDeepStrictEqual(other, first)) ? first : null;
}
