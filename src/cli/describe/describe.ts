import type { Override } from '../../experiment/overrides.js';
import { loadPlugins } from '../../plugins/load.js';
import { formatNetworkTable } from '../../report/network-table.js';
import { describeSpec } from '../../run/describe.js';
import { createCommand, parseCommand, parseCount } from '../command-line.js';
import { EXIT_CODES } from '../exit.js';
import { NETWORK_ARGUMENT, resolveNetworkArgument } from '../network-argument.js';
import { collectOverrides } from '../override-options.js';
import { PLUGIN_OPTION } from '../run-options.js';
import type { Streams } from '../streams.js';
import { formatModels } from './models.js';

const MAX_BATCH = 1_000_000;

interface Flags {
  readonly batch?: number;
  readonly set?: readonly Override[];
  readonly json?: true;
  readonly spec?: true;
  readonly list?: true;
  readonly plugin?: readonly string[];
}

/**
 * `describe <model, pattern or spec file>`: prints a network as the chapter's table 15.2, with what each layer costs.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, an unknown model, a wrong spec
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = createCommand('describe', streams)
    .description(
      'Prints the layers of a network: shapes, receptive fields, parameters, multiply-adds, memory.',
    )
    .argument('[what]', NETWORK_ARGUMENT)
    .option('--batch <n>', "images of a mini-batch (default: the spec's)", (text) =>
      parseCount('--batch', text, MAX_BATCH),
    )
    .option(
      '--set <key=value>',
      'a field of the spec, such as width=0.5 or classes=10 (repeatable)',
      collectOverrides,
    )
    .option(...PLUGIN_OPTION)
    .option('--json', 'as one JSON object; sizes in bytes')
    .option('--spec', "the network's spec instead, as JSON with every default filled in")
    .option('--list', 'list the named networks')
    .action(async (what: string | undefined, { batch, set = [], json, spec, list, plugin = [] }: Flags) => {
      if (list) {
        streams.out.write(formatModels(json === true));
        return;
      }
      const plugins = await loadPlugins(plugin);
      const resolved = await resolveNetworkArgument('describe', what, set, plugins);
      const { network } = resolved;
      if (spec) {
        streams.out.write(`${JSON.stringify(network, null, json ? 0 : 2)}\n`);
        return;
      }
      const description = describeSpec(resolved, plugins, batch);
      streams.out.write(json ? `${JSON.stringify(description)}\n` : formatNetworkTable(description));
    });
  await parseCommand(command, args);
  return EXIT_CODES.done;
}
