import { toBinary } from '@bufbuild/protobuf';
import { z } from 'zod';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { checkFinite } from '../checkpoint/layout.js';
import { type LoadOptions, loadCheckpoint, loadOptionsSchema } from '../checkpoint/load.js';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { checkIsAnother } from '../core/same-file.js';
import { writeWholeFile } from '../core/write-whole-file.js';
import { loadPlugins } from '../plugins/load.js';
import { checkPlugins } from '../plugins/plugins.js';
import type { TrainResult } from '../run/types.js';
import { buildOnnxModel, OPSETS, type Opset } from './export/build-model.js';
import { ModelProtoSchema, type ValueInfoProto } from './wire/onnx_pb.js';

const optionsSchema = loadOptionsSchema.extend({
  opset: z.literal([...OPSETS]).default(17),
  withPreprocessing: z.boolean().default(false),
});

export interface ExportOptions extends LoadOptions {
  /** Version of ONNX's operators. Default: 17. */
  readonly opset?: Opset;
  /** Whether the model takes pixels, bytes of n×h×w×c, and normalises them itself. Default: it takes n×c×h×w, normalised. */
  readonly withPreprocessing?: boolean;
}

/** What has been written. */
export interface ExportedModel {
  readonly sizeBytes: number;
  readonly opset: Opset;
  readonly input: ExportedTensor;
  readonly output: ExportedTensor;
}

export interface ExportedTensor {
  readonly name: string;
  /** Behind the mini-batch's, which is free. */
  readonly sizes: readonly number[];
}

/** Protocol buffers are at most that long. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Writes a trained network as an ONNX file, whole or not at all: the same network gives the same bytes. Its input `images` is n×c×h×w, its output n×classes
 * (`logits`, or `outputs` with another loss than softmax-cross-entropy), n being free.
 *
 * @param trained what `train` gave, a checkpoint, or a file that `saveModel` has written
 * @returns what it has written
 * @throws UserError for an unknown option, a file that is no checkpoint, layers without a form in ONNX, weights that are not finite, more than
 *   2 GiB, or if the file is the one that is read, or cannot be written there
 */
export async function exportOnnx(
  trained: TrainResult | Checkpoint | string,
  file: string,
  options: ExportOptions = {},
): Promise<ExportedModel> {
  const { opset, withPreprocessing } = parseWith(optionsSchema, options, 'exportOnnx: options');
  if (typeof trained === 'string') await checkIsAnother(file, trained);
  const plugins = await loadPlugins(options.plugins ?? []);
  const checkpoint =
    typeof trained === 'string' ? await loadCheckpoint(trained, { ...options, plugins }) : trained;
  checkPlugins(checkpoint.spec.plugins, plugins, file);
  checkFinite(checkpoint.weights, `${file}: weights`);
  const model = buildOnnxModel(checkpoint, { opset, withPreprocessing, plugins, where: file });
  const sizeBytes = (model.graph?.initializer ?? []).reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (sizeBytes > MOST_BYTES) {
    throw new UserError(
      `${file}: expected weights of at most 2 GiB, which an ONNX file can hold, found ${sizeBytes} bytes. Take a smaller network.`,
    );
  }
  const bytes = toBinary(ModelProtoSchema, model);
  await writeWholeFile(file, [bytes]);
  const [input, output] = [model.graph!.input[0]!, model.graph!.output[0]!].map(describeTensor) as [
    ExportedTensor,
    ExportedTensor,
  ];
  return { sizeBytes: bytes.length, opset, input, output };
}

function describeTensor({ name, type }: ValueInfoProto): ExportedTensor {
  const shape = type?.value.case === 'tensorType' ? type.value.value.shape : undefined;
  return { name, sizes: (shape?.dim ?? []).slice(1).map(({ value }) => Number(value.value)) };
}
