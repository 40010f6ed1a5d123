import { CHECK_NAMES, type CheckName, runChecks } from '../check/check.js';
import { type ChosenData, chooseData } from '../check/choose-data.js';
import type { Finding } from '../check/finding.js';
import { countCores } from '../core/count-cores.js';
import { UserError, unknownName } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import { loadDataset } from '../dataset/load.js';
import { describeNetwork } from '../network/describe.js';
import { WorkerPool } from '../parallel/pool.js';
import { loadPlugins } from '../plugins/load.js';
import type { Plugins } from '../plugins/plugins.js';
import { formatCount } from '../report/format-values.js';
import { formatTable } from '../report/tables.js';
import { checkLoneValues } from '../run/lone-values.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import { createCommand, parseCommand, RepeatableOption } from './command-line.js';
import { addDataOptions, type DataFlags, openOwnData, overrideData, withOwnData } from './data-options.js';
import { EXIT_CODES } from './exit.js';
import { listNetworkOptions, NETWORK_ARGUMENT, resolveNetworkArgument } from './network-argument.js';
import { addOverrideOptions, listOverrides, type OverrideFlags } from './override-options.js';
import { IGNORE_HASH_OPTION, PLUGIN_OPTION, parseWorkers } from './run-options.js';
import { type Streams, widthOf } from './streams.js';

interface Flags extends OverrideFlags, DataFlags {
  readonly only?: readonly CheckName[];
  readonly workers?: number;
  readonly json?: true;
  readonly plugin?: readonly string[];
  readonly ignoreHash?: true;
}

/**
 * `check <model, pattern or spec file>`: the sanity checks of a network (CS231n's assignment).
 *
 * @returns the exit code: 1 if a check fails
 * @throws UserError for wrong usage, an unknown model, a wrong spec
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  let exitCode: number = EXIT_CODES.done;
  const command = addOverrideOptions(createCommand('check', streams))
    .description(
      'Checks a network as CS231n does: its first loss, its gradients against numerical ones, and whether it learns 50 examples by heart.',
    )
    .argument('[what]', NETWORK_ARGUMENT)
    .addOption(new RepeatableOption('--only <check>', `one of ${CHECK_NAMES.join(', ')}`, collectChecks))
    .option('--workers <n>', 'threads (default: one for each core)', parseWorkers)
    .addOption(PLUGIN_OPTION)
    .option(...IGNORE_HASH_OPTION)
    .option('--json', 'one JSON object a check');
  addDataOptions(command).action(async (what: string | undefined, flags: Flags) => {
    const { only = CHECK_NAMES, workers, json, plugin = [] } = flags;
    const plugins = await loadPlugins(plugin);
    const own = await openOwnData(flags, streams);
    const overrides = overrideData(listOverrides(flags), own);
    const options = listNetworkOptions(flags, plugins, streams);
    const spec = await resolveNetworkArgument('check', what, overrides, options);
    const data = await chooseData(spec, withOwnData(own, loadDataset), plugins.layers);
    if (own && data.reason !== null) {
      throw new UserError(
        `--data: expected a data set that ${spec.model} takes (${formatShape(spec.network.input)}), but ${data.reason}. Change one of them.`,
      );
    }
    const say = (line: string) => {
      streams.err.write(`${line}\n`);
    };
    say(describeSubject(spec, data, plugins));
    // A check is of what may be wrong, and trains with mini-batches of its own.
    const warning = checkLoneValues(spec, spec.trainCount ?? data.dataset.train.count, {
      kinds: plugins.layers,
      force: true,
    });
    if (warning !== null) say(`warning: ${warning}`);
    const pool = WorkerPool.create(workers ?? countCores());
    const findings = await runChecks(only, { spec, data, plugins, pool, say }).finally(() => pool.close());
    streams.out.write(json ? formatJson(findings) : formatFindings(findings, widthOf(streams.out)));
    if (findings.some(({ passed }) => !passed)) exitCode = EXIT_CODES.failed;
  });
  await parseCommand(command, args);
  return exitCode;
}

function collectChecks(text: string, earlier: readonly CheckName[] = []): readonly CheckName[] {
  const name = CHECK_NAMES.find((candidate) => candidate === text);
  if (name === undefined) throw unknownName('check', 'check', text, CHECK_NAMES);
  return [...earlier, name];
}

function describeSubject(
  { model, network }: ResolvedRunSpec,
  { dataset, reason }: ChosenData,
  { layers: kinds }: Plugins,
): string {
  const parameters = `${formatCount(describeNetwork(network, { kinds }).parameters)} parameters`;
  const images = reason === null ? dataset.name : `images of noise (${reason})`;
  return `${model}: ${formatShape(network.input)}, ${parameters}, on ${images}`;
}

function formatFindings(findings: readonly Finding[], width: number): string {
  const columns = ['check', 'result', 'what was found'].map((title) => ({ title, align: 'left' as const }));
  return formatTable(
    columns,
    findings.map(({ check, passed, finding }) => [check, passed ? 'pass' : 'FAIL', finding]),
    width,
  );
}

function formatJson(findings: readonly Finding[]): string {
  return findings.map((finding) => `${JSON.stringify(finding)}\n`).join('');
}
