import { nameCommand } from '../core/command-name.js';
import { unknownName } from '../core/errors.js';
import { OPSETS, type Opset } from '../onnx/export/build-model.js';
import { type ExportedModel, type ExportedTensor, exportOnnx } from '../onnx/export-onnx.js';
import { formatBytes } from '../report/format-values.js';
import { createCommand, parseCommand } from './command-line.js';
import { EXIT_CODES } from './exit.js';
import { IGNORE_HASH_OPTION, PLUGIN_OPTION } from './run-options.js';
import type { Streams } from './streams.js';

interface Flags {
  readonly opset: Opset;
  readonly withPreprocessing?: true;
  readonly ignoreHash?: boolean;
  readonly plugin?: readonly string[];
}

/**
 * `export <model> <file>`: writes a trained network as an ONNX file.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, a file that is no checkpoint, layers without a form in ONNX, a file that cannot be written
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = createCommand('export', streams)
    .description('Writes a trained network as an ONNX file, for ONNX Runtime, OpenCV and others.')
    .argument('<model>', 'a file that train.js --save has written')
    .argument('<file>', 'to write: net.onnx')
    .option('--opset <version>', `of ONNX's operators: ${OPSETS.join(' or ')}`, parseOpset, OPSETS[0]!)
    .option(
      '--with-preprocessing',
      'takes pixels as bytes, n×h×w×c, and normalises them itself; without it the input is normalised and n×c×h×w',
    )
    .addOption(PLUGIN_OPTION)
    .option(...IGNORE_HASH_OPTION)
    .action(async (model: string, file: string, flags: Flags) => {
      const { withPreprocessing = false } = flags;
      const exported = await exportOnnx(model, file, {
        opset: flags.opset,
        withPreprocessing,
        ignoreHash: flags.ignoreHash ?? false,
        plugins: flags.plugin ?? [],
        onWarning: (message) => streams.err.write(`warning: ${message}\n`),
      });
      streams.out.write(formatExported(file, exported, withPreprocessing));
    });
  await parseCommand(command, args);
  return EXIT_CODES.done;
}

function parseOpset(text: string): Opset {
  const opset = OPSETS.find((version) => String(version) === text);
  if (opset === undefined) throw unknownName('--opset', 'version', text, OPSETS.map(String));
  return opset;
}

function formatExported(
  file: string,
  { sizeBytes, opset, input, output }: ExportedModel,
  withPreprocessing: boolean,
): string {
  const how = withPreprocessing ? 'bytes' : 'normalised as its metadata tell';
  return (
    `${file}: ${formatBytes(sizeBytes)}, opset ${opset}, from ${formatTensor(input)} (${how}) to ${formatTensor(output)}. ` +
    `ONNX Runtime runs it; ${nameCommand('import')} reads it back.\n`
  );
}

const formatTensor = ({ name, sizes }: ExportedTensor) => `${name} n×${sizes.join('×')}`;
