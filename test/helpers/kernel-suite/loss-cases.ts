import { type KernelCase, makeCase } from './kernel-case.js';
import { type KernelMemory, toleranceOfSum } from './kernel-memory.js';
import { type Batch, describeBatch } from './windows.js';

type LossMethod = 'bindSoftmaxCrossEntropy' | 'bindSquaredError';

const METHODS: readonly LossMethod[] = ['bindSoftmaxCrossEntropy', 'bindSquaredError'];
const MIDDLE: Batch = { total: 9, first: 2, count: 5 };
const TIGHT: Batch = { total: 6, first: 1, count: 5 };
const EMPTY: Batch = { total: 3, first: 1, count: 0 };
const MANY: Batch = { total: 40, first: 3, count: 33 };
/** As a mini-batch of 100 has it. */
const GRADIENT_SCALE = 0.01;

/** What the last layer may hand over, and the greatest difference of two logits. */
const LOGITS: Record<
  string,
  { make: (memory: KernelMemory, length: number) => Float32Array; magnitude: number }
> = {
  'small logits': { make: (memory, length) => memory.uniform(length, -4, 4), magnitude: 16 },
  ties: { make: (memory, length) => memory.integers(length, -1, 1), magnitude: 8 },
  'equal logits': { make: (_memory, length) => new Float32Array(length).fill(2), magnitude: 8 },
  'huge logits': { make: (memory, length) => memory.uniform(length, -1e4, 1e4), magnitude: 2e4 },
  'logits of ±1e4': {
    make: (memory, length) => memory.integers(length, 0, 1).map((value) => (value === 0 ? -1e4 : 1e4)),
    magnitude: 2e4,
  },
};

interface LossTolerances {
  readonly loss: number;
  readonly gradient: number;
}

const TOLERANCES: Record<LossMethod, (classes: number, magnitude: number) => LossTolerances> = {
  // The sum's relative error becomes the logarithm's absolute one; then a difference of logits is rounded once.
  bindSoftmaxCrossEntropy: (classes, magnitude) => ({
    loss: toleranceOfSum(classes, 1) + toleranceOfSum(0, magnitude),
    gradient: GRADIENT_SCALE * toleranceOfSum(classes, 1),
  }),
  bindSquaredError: (classes, magnitude) => ({
    loss: toleranceOfSum(classes, magnitude ** 2),
    gradient: GRADIENT_SCALE * toleranceOfSum(1, magnitude),
  }),
};

/** What the target is beside the label's unit vector, and what images count. */
interface TargetOptions {
  readonly smoothing?: number;
  /** With second labels, some of them the first ones, of shares 0 to 1, both among them. */
  readonly mixed?: boolean;
  /** With class weights up to WEIGHT_LIMIT. */
  readonly weighted?: boolean;
}

const WEIGHT_LIMIT = 4;

export function listLossCases(): KernelCase[] {
  return [
    ...METHODS.flatMap(listPlainCases),
    ...[0.1, 0.2, 1].flatMap(listSmoothedCases),
    ...METHODS.flatMap((method) => [
      ...listTargetCases(method, { mixed: true }),
      ...listTargetCases(method, { weighted: true }),
      ...listTargetCases(method, { mixed: true, weighted: true }),
    ]),
    ...listTargetCases('bindSoftmaxCrossEntropy', { mixed: true, weighted: true, smoothing: 0.1 }),
  ];
}

function listTargetCases(method: LossMethod, options: TargetOptions): KernelCase[] {
  return [
    ...[1, 2, 7, 10, 17, 300].map((classes) =>
      makeLossCase(method, classes, 'small logits', MANY, true, options),
    ),
    makeLossCase(method, 10, 'huge logits', MANY, true, options),
    makeLossCase(method, 10, 'ties', MIDDLE, false, options),
    makeLossCase(method, 10, 'small logits', TIGHT, true, options),
    ...[NaN, Infinity, -Infinity].map((value) => makeDivergedCase(method, value, options)),
  ];
}

function listPlainCases(method: LossMethod): KernelCase[] {
  return [
    ...[1, 2, 3, 4, 5, 7, 8, 10, 15, 16, 17, 31, 32, 33, 100, 255, 256, 257, 1000].flatMap((classes) => [
      makeLossCase(method, classes, 'small logits', MIDDLE, true),
      makeLossCase(method, classes, 'ties', MIDDLE, false),
    ]),
    ...Object.keys(LOGITS).map((logits) => makeLossCase(method, 10, logits, MANY, true)),
    makeLossCase(method, 10, 'small logits', EMPTY, true),
    makeLossCase(method, 10, 'small logits', TIGHT, true),
    ...[NaN, Infinity, -Infinity].map((value) => makeDivergedCase(method, value)),
  ];
}

function listSmoothedCases(smoothing: number): KernelCase[] {
  return [
    ...[1, 2, 10, 17, 100, 256, 1000].map((classes) =>
      makeLossCase('bindSoftmaxCrossEntropy', classes, 'small logits', MIDDLE, true, { smoothing }),
    ),
    ...Object.keys(LOGITS).map((logits) =>
      makeLossCase('bindSoftmaxCrossEntropy', 10, logits, MANY, true, { smoothing }),
    ),
    ...[NaN, Infinity, -Infinity].map((value) =>
      makeDivergedCase('bindSoftmaxCrossEntropy', value, { smoothing }),
    ),
  ];
}

function makeLossCase(
  method: LossMethod,
  classes: number,
  logits: string,
  batch: Batch,
  withGradient: boolean,
  options: TargetOptions = {},
): KernelCase {
  const { make, magnitude } = LOGITS[logits]!;
  const tolerances = TOLERANCES[method](classes, magnitude);
  const factor = options.weighted ? WEIGHT_LIMIT : 1;
  return makeCase(
    method,
    `${classes} classes, ${logits}, ${describeBatch(batch)}${withGradient ? ', gradient' : ''}${describeOptions(options)}`,
    (memory) => {
      const outputs = memory.input('outputs', make(memory, batch.total * classes));
      const labels = memory.input('labels', Uint16Array.from(memory.integers(batch.total, 0, classes - 1)));
      const target = makeTarget(memory, labels, classes, options);
      const dOutputs = withGradient
        ? memory.output('dOutputs', outputs.length, factor * tolerances.gradient)
        : null;
      const loss = memory.output('loss', batch.total, factor * tolerances.loss);
      const predicted = memory.outputShorts('predicted', batch.total);
      const rank = memory.outputShorts('rank', batch.total);
      const arrays = { classes, outputs, labels, ...target, dOutputs, loss, predicted, rank };
      return [[arrays, GRADIENT_SCALE, batch.first, batch.count]];
    },
    { tight: batch === TIGHT },
  );
}

/**
 * One logit that is no longer finite must show in the loss, wherever it stands, and so must a row of nothing else. Ranks and predictions agree:
 * what is not a number stands behind all that are.
 */
function makeDivergedCase(method: LossMethod, value: number, options: TargetOptions = {}): KernelCase {
  const classes = 19;
  const images = classes + 1;
  return makeCase(method, `a logit of ${value}${describeOptions(options)}`, (memory) => {
    const logits = memory.uniform(images * classes);
    for (let image = 0; image < classes; image++) logits[image * classes + image] = value;
    logits.fill(value, classes * classes);
    const labels = memory.input('labels', new Uint16Array(images).fill(3));
    const target = makeTarget(memory, labels, classes, options);
    const predicted = memory.outputShorts('predicted', images);
    const rank = memory.outputShorts('rank', images);
    const loss = memory.output('loss', images, 0);
    const outputs = memory.input('outputs', logits);
    return [[{ classes, outputs, labels, ...target, dOutputs: null, loss, predicted, rank }, 1, 0, images]];
  });
}

/** What a descriptor says of the target, beside the labels. */
function makeTarget(
  memory: KernelMemory,
  labels: Uint16Array,
  classes: number,
  { smoothing = 0, mixed = false, weighted = false }: TargetOptions,
) {
  const images = labels.length;
  const seconds = () => labels.map((label, i) => (i % 4 === 0 ? label : (label + i) % classes));
  const shares = () => memory.uniform(images, 0, 1).map((share, i) => [0, 1, 0.5, share, share][i % 5]!);
  return {
    smoothing,
    secondLabels: mixed ? memory.input('secondLabels', seconds()) : null,
    secondShares: mixed ? memory.input('secondShares', shares()) : null,
    classWeights: weighted ? memory.input('classWeights', memory.uniform(classes, 0, WEIGHT_LIMIT)) : null,
  };
}

function describeOptions({ smoothing = 0, mixed, weighted }: TargetOptions): string {
  const words = [smoothing > 0 && `smoothing ${smoothing}`, mixed && 'mixed', weighted && 'class weights'];
  return words.map((word) => (word ? `, ${word}` : '')).join('');
}
