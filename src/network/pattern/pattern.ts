import { TextError, UserError } from '../../core/errors.js';
import type { Shape } from '../../core/shape.js';
import type { LayerKinds, LayerRole } from '../../layers/layer.js';
import { parseLayerConfig } from '../../layers/layer-config.js';
import { LAYER_KINDS } from '../../layers/registry.js';
import { MisfitError } from '../../layers/window.js';
import { makeSource, type Part, parseSyntax, type Sequence, type Source, type Word } from './syntax.js';
import { isInput, type LayerDraft, readInput, Vocabulary } from './vocabulary.js';

/** A network as a pattern gives it, for parseNetwork to fill in. */
export interface NetworkDraft {
  /** The pattern itself, its white space evened out. */
  readonly name: string;
  readonly input: readonly [height: number, width: number, channels: number];
  readonly layers: readonly LayerDraft[];
}

/** More layers than any network has; keeps a slip of the pen from filling the memory. */
const MAX_LAYERS = 1000;

/** Layers that are tried, those of optional parts that do not fit among them: parts that come to nothing may be many, and long. */
const MAX_TRIES = 10_000;

const RELU: LayerDraft = { kind: 'relu' };

/**
 * The network of a pattern such as `INPUT(28x28x1) -> [[CONV(5,20)]*1 -> POOL(2)?]*2 -> [FC(10)]*1` (the tutorial, CS231n); docs/specs.md
 * has the words.
 *
 * `*N` repeats a part, `?` keeps it where its windows fit their input and leaves it out where they do not. A pattern that names no
 * activation is one of the tutorial's, whose convolutions and fully connected layers end in one: each but the last is followed by
 * ReLU, behind a BN that follows it. One that names any is one of CS231n's: nothing is added.
 *
 * @throws TextError that points at the character where the pattern is malformed or its sizes do not fit
 */
export function expandPattern(text: string, where = 'pattern', kinds = LAYER_KINDS): NetworkDraft {
  const vocabulary = new Vocabulary(kinds);
  const source: PatternSource = { ...makeSource(text, where), kinds, vocabulary, tries: 0 };
  const { parts } = parseSyntax(source);
  const [first, ...rest] = parts as [Part, ...Part[]];
  if (first.body.type !== 'word' || !isInput(first.body) || first.times !== 1 || first.optional) {
    throw source.fail(first.offset, 'expected INPUT(height x width x channels) to begin with.');
  }
  const input = readInput(first.body, source);
  if (rest.length === 0) throw source.fail(text.length, "expected '->' and a layer, found the end.");
  const body: Sequence = { type: 'sequence', parts: rest };
  const [height, width, channels] = input;
  const { layers } = expandSequence(body, { layers: [], shape: { height, width, channels } }, source);
  if (layers.length === 0) throw source.fail(rest[0]!.offset, 'expected at least one layer, found none.');
  return {
    name: text.trim().replace(/\s+/g, ' '),
    input,
    layers: listWords(body).some((word) => vocabulary.isActivation(word))
      ? layers
      : addActivations(layers, kinds),
  };
}

/** A pattern and what its words mean. */
interface PatternSource extends Source {
  readonly kinds: LayerKinds;
  readonly vocabulary: Vocabulary;
  /** Layers so far, see MAX_TRIES. */
  tries: number;
}

/** Layers so far, and what they make of the input. */
interface Expansion {
  readonly layers: readonly LayerDraft[];
  readonly shape: Shape;
}

function expandSequence({ parts }: Sequence, start: Expansion, source: PatternSource): Expansion {
  return parts.reduce((before, part) => expandPart(part, before, source), start);
}

function expandPart(part: Part, start: Expansion, source: PatternSource): Expansion {
  if (part.optional) return expandIfFits(part, start, source);
  // What is repeated no times is still read.
  if (part.times === 0) {
    for (const word of listWords(part.body)) source.vocabulary.readLayer(word, source);
  }
  let expansion = start;
  for (let time = 0; time < part.times; time++) {
    const next = expandBody(part, expansion, source);
    // A part that added nothing adds nothing again.
    if (next.layers.length === expansion.layers.length) break;
    expansion = next;
  }
  return expansion;
}

/** The mistake of a layer whose window does not fit, shown in the pattern. */
class WordMisfitError extends TextError {}

function expandIfFits(part: Part, start: Expansion, source: PatternSource): Expansion {
  try {
    return expandBody(part, start, source);
  } catch (error) {
    if (error instanceof WordMisfitError) return start;
    throw error;
  }
}

function expandBody({ body }: Part, start: Expansion, source: PatternSource): Expansion {
  return body.type === 'word' ? addLayer(body, start, source) : expandSequence(body, start, source);
}

function addLayer(word: Word, { layers, shape }: Expansion, source: PatternSource): Expansion {
  if (layers.length === MAX_LAYERS) {
    throw source.fail(word.offset, `expected at most ${MAX_LAYERS} layers. Repeat less.`);
  }
  if (source.tries++ === MAX_TRIES) {
    throw source.fail(word.offset, `expected at most ${MAX_TRIES} layers to try, fit or not. Repeat less.`);
  }
  const draft = source.vocabulary.readLayer(word, source);
  const kind = source.kinds[draft.kind]!;
  const where = `${source.where}: character ${word.offset + 1}: ${word.name}`;
  const config = pointOut(word, source, () => parseLayerConfig(kind, draft, where));
  const output = pointOut(word, source, () => kind.plan(config, shape, where, 'images').output);
  return { layers: [...layers, draft], shape: output };
}

/** Does something for a word; a user's mistake in it is shown at the word. */
function pointOut<T>(word: Word, source: Source, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const Mistake = error instanceof MisfitError ? WordMisfitError : TextError;
    throw new Mistake(error.message, source.text, word.offset);
  }
}

function addActivations(layers: readonly LayerDraft[], kinds: LayerKinds): LayerDraft[] {
  const has = (layer: LayerDraft | undefined, role: LayerRole) =>
    layer !== undefined && kinds[layer.kind]!.role === role;
  const last = layers.findLastIndex((layer) => has(layer, 'weighted'));
  return layers.flatMap((layer, i) => {
    const isNormalization = has(layer, 'normalization');
    const weighted = isNormalization ? i - 1 : i;
    const ends =
      has(layers[weighted], 'weighted') &&
      weighted !== last &&
      (isNormalization || !has(layers[i + 1], 'normalization'));
    return ends ? [layer, RELU] : [layer];
  });
}

function listWords(body: Word | Sequence): Word[] {
  return body.type === 'word' ? [body] : body.parts.flatMap((part) => listWords(part.body));
}
