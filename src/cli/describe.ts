import { existsSync } from 'node:fs';
import { UserError, unknownName } from '../core/errors.js';
import { readJsonFile } from '../experiment/json-file.js';
import { applyOverride, type Override, parseOverride } from '../experiment/overrides.js';
import { isModel, MODEL_NAMES } from '../models/registry.js';
import { describeNetwork } from '../network/describe.js';
import { formatNetworkTable } from '../report/network-table.js';
import { type ResolvedRunSpec, resolveRunSpec } from '../run/spec.js';
import { createCommand, parseCommand, parseCount } from './command-line.js';
import { formatModels } from './describe-models.js';
import { EXIT_CODES } from './exit.js';
import { type Streams, useProcessStreams } from './streams.js';

const MAX_BATCH = 1_000_000;

interface Flags {
  readonly batch?: number;
  readonly set?: readonly Override[];
  readonly json?: true;
  readonly spec?: true;
  readonly list?: true;
}

/**
 * `describe <model, pattern or spec file>`: prints a network as the chapter's table 15.2, with what each layer costs.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, an unknown model, a wrong spec
 */
export async function main(args: readonly string[], streams: Streams = useProcessStreams()): Promise<number> {
  const command = createCommand('describe', streams)
    .description(
      'Prints the layers of a network: shapes, receptive fields, parameters, multiply-adds, memory.',
    )
    .argument(
      '[what]',
      "a named network (see --list), a pattern such as 'INPUT(28x28x1) -> [CONV(5,20) -> POOL(2)]*2 -> FC(10)', " +
        'or a spec or a network as a JSON file',
    )
    .option('--batch <n>', "images of a mini-batch (default: the spec's)", (text) =>
      parseCount('--batch', text, MAX_BATCH),
    )
    .option('--set <key=value>', 'a field of the spec, such as width=0.5 or classes=10 (repeatable)', collect)
    .option('--json', 'as one JSON object; sizes in bytes')
    .option('--spec', "the network's spec instead, as JSON with every default filled in")
    .option('--list', 'list the named networks')
    .action((what: string | undefined, { batch, set = [], json, spec, list }: Flags) => {
      if (list) {
        streams.out.write(formatModels(json === true));
        return;
      }
      const { network, batchSize, slices } = resolveWhat(what, set);
      if (spec) {
        streams.out.write(`${JSON.stringify(network, null, json ? 0 : 2)}\n`);
        return;
      }
      const description = describeNetwork(network, { batchSize: batch ?? batchSize, slices });
      streams.out.write(json ? `${JSON.stringify(description)}\n` : formatNetworkTable(description));
    });
  await parseCommand(command, args);
  return EXIT_CODES.done;
}

function resolveWhat(what: string | undefined, overrides: readonly Override[]): ResolvedRunSpec {
  if (what === undefined) {
    throw new UserError(
      `describe: expected a network or a spec file, found nothing. Networks: ${MODEL_NAMES.join(', ')}.`,
    );
  }
  const spec = overrides.reduce((changed, override) => applyOverride(changed, override), readWhat(what));
  return resolveRunSpec(spec, isPattern(what) ? 'describe' : what);
}

function isPattern(what: string): boolean {
  return /^\s*INPUT\b|->|→/i.test(what);
}

/** A run's spec with what the user means: a named network, a pattern, or the file's. */
function readWhat(what: string): Readonly<Record<string, unknown>> {
  if (isModel(what)) return { model: what };
  if (isPattern(what)) return { network: what };
  if (!/[/\\]|\.json$/i.test(what) && !existsSync(what)) {
    throw unknownName('describe', 'network', what, MODEL_NAMES);
  }
  const value = readJsonFile(what, 'a spec or a network');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(
      `${what}: expected a spec or a network as a JSON object, found ${JSON.stringify(value)}.`,
    );
  }
  return 'layers' in value ? { network: value } : (value as Readonly<Record<string, unknown>>);
}

function collect(text: string, earlier: readonly Override[] = []): readonly Override[] {
  return [...earlier, parseOverride(text)];
}
