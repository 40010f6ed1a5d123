import { loadPlugins } from '../../plugins/load.js';
import { formatNetworkTable } from '../../report/network-table.js';
import { describeSpec } from '../../run/describe.js';
import { createCommand, parseCommand } from '../command-line.js';
import { EXIT_CODES } from '../exit.js';
import { refuseBesideList } from '../idle-options.js';
import { listNetworkOptions, NETWORK_ARGUMENT, resolveNetworkArgument } from '../network-argument.js';
import { addOverrideOptions, listOverrides, type OverrideFlags } from '../override-options.js';
import { IGNORE_HASH_OPTION, PLUGIN_OPTION } from '../run-options.js';
import { type Streams, widthOf } from '../streams.js';
import { formatModels } from './models.js';

interface Flags extends OverrideFlags {
  readonly json?: true;
  readonly spec?: true;
  readonly list?: true;
  readonly plugin?: readonly string[];
  readonly ignoreHash?: true;
}

/**
 * `describe <model, pattern or spec file>`: prints a network as the chapter's table 15.2, with what each layer costs.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, an unknown model, a wrong spec
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = addOverrideOptions(createCommand('describe', streams))
    .description(
      'Prints the layers of a network: shapes, receptive fields, parameters, multiply-adds, memory.',
    )
    .argument('[what]', NETWORK_ARGUMENT)
    .addOption(PLUGIN_OPTION)
    .option(...IGNORE_HASH_OPTION)
    .option('--json', 'as one JSON object; sizes in bytes')
    .option('--spec', "the network's spec instead, as JSON with every default filled in")
    .option('--list', 'list the named networks')
    .action(async (what: string | undefined, flags: Flags) => {
      const { json, spec, list, plugin = [] } = flags;
      if (list) {
        refuseBesideList(command, what, 'a network');
        streams.out.write(formatModels(json === true, widthOf(streams.out)));
        return;
      }
      const plugins = await loadPlugins(plugin);
      const options = listNetworkOptions(flags, plugins, streams);
      const resolved = await resolveNetworkArgument('describe', what, listOverrides(flags), options);
      const { network } = resolved;
      if (spec) {
        streams.out.write(`${JSON.stringify(network, null, json ? 0 : 2)}\n`);
        return;
      }
      const description = describeSpec(resolved, plugins);
      streams.out.write(
        json ? `${JSON.stringify(description)}\n` : formatNetworkTable(description, widthOf(streams.out)),
      );
    });
  await parseCommand(command, args);
  return EXIT_CODES.done;
}
