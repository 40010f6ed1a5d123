import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { shapeNormalization } from '../checkpoint/layout.js';
import type { Normalization } from '../run/normalize.js';

/** What an ONNX file of Convoy's names as the program that wrote it. */
export const PRODUCER = 'convoy';

/** What an ONNX file of Convoy's says in its `metadata_props`. */
export const METADATA = {
  /** A JSON list: what the outputs stand for. */
  classes: 'class_names',
  /** The same of a regression. */
  targets: 'target_names',
  /** Which training had. */
  loss: 'loss',
  dataset: 'dataset',
  /** JSON: `mean` and `scale`, each of channels or of h×w×c. Absent where the graph normalises its input itself. */
  normalization: 'normalization',
  /** What to feed, in words. */
  input: 'input',
} as const;

/** The entries for a trained network. */
export function describeContent(
  { spec, classNames, targetNames, normalization }: Checkpoint,
  { withPreprocessing }: { readonly withPreprocessing: boolean },
): { key: string; value: string }[] {
  const entries: Record<string, string> = {
    ...(targetNames
      ? { [METADATA.targets]: JSON.stringify(targetNames) }
      : { [METADATA.classes]: JSON.stringify(classNames) }),
    [METADATA.loss]: spec.network.loss,
    [METADATA.dataset]: spec.dataset,
    ...(withPreprocessing
      ? { [METADATA.input]: 'pixels as bytes, n×h×w×c, red first' }
      : {
          [METADATA.input]:
            '(pixel - mean) * scale as floats, n×c×h×w, of pixels from 0 to 255, red first; mean and scale are in normalization, of channels or of h×w×c',
          [METADATA.normalization]: formatNormalization(normalization, spec.network.input),
        }),
  };
  return Object.entries(entries).map(([key, value]) => ({ key, value }));
}

/** Numbers in full: what is read from the text is the same to the bit. */
function formatNormalization({ mean, scale }: Normalization, input: Checkpoint['spec']['network']['input']) {
  const list = (values: Float32Array) => [...shapeNormalization(values, input).values];
  return JSON.stringify({ mean: list(mean), scale: list(scale) });
}
