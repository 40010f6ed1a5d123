import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { SUITES, type SuiteName } from '../../bench/suites.js';
import { UserError, unknownName } from '../../core/errors.js';
import { availableKernelNames } from '../../kernels/select.js';
import { createCommand, parseCommand } from '../command-line.js';
import type { Streams } from '../streams.js';
import { addMachinesCommand, type MachinesCommand } from './machines.js';
import type { TableCommand } from './table.js';

/** What `bench` was asked to measure. */
export interface MeasureCommand extends Flags {
  readonly suite: SuiteName;
}

interface Flags {
  readonly json?: true;
  readonly quick?: true;
  readonly peer?: true;
  /** A kernel set that this machine can run. */
  readonly isa?: string;
  readonly filter?: string;
  /** A folder; only of `scaling`. */
  readonly plot?: string;
}

export type BenchCommand = MeasureCommand | MachinesCommand | TableCommand;

/**
 * Reads the arguments of `bench`.
 *
 * @returns null if there was only help to show
 * @throws UserError for wrong usage
 */
export async function parseBenchArguments(
  args: readonly string[],
  streams: Streams,
): Promise<BenchCommand | null> {
  let parsed: BenchCommand | null = null;
  const program = createCommand('bench', streams).description(
    'Measures how near this machine comes to its limits. Nothing else should be at work on it.',
  );
  for (const suite of Object.keys(SUITES) as SuiteName[]) {
    const command = addOptions(program.command(suite).description(SUITES[suite].description));
    if (suite === 'scaling') {
      command.option('--plot <folder>', 'charts of the figures: scaling-width.svg and so on', parseFolder);
    }
    command.action((flags: Flags) => {
      parsed = { suite, ...flags };
    });
  }
  addMachinesCommand(program, (command) => {
    parsed = command;
  });
  program
    .command('table')
    .description('figures that were printed with --json, as a table in Markdown')
    .argument('<file>', 'their lines')
    .option('--by-network', "each network's training and evaluation in one row")
    .action((file: string, flags: Pick<TableCommand, 'byNetwork'>) => {
      parsed = { suite: 'table', file, ...flags };
    });
  await parseCommand(program, args);
  return parsed;
}

function addOptions(command: Command): Command {
  return command
    .option('--json', 'one JSON object a figure on standard output, and nothing else there')
    .option('--quick', 'short measurements, and without --filter only of what does not take long')
    .option('--isa <name>', `the kernel set: ${availableKernelNames().join(', ')}`, parseIsa)
    .option('--filter <text>', 'only figures whose name contains it', (text) =>
      parseText('--filter', 'a part of a name', text),
    )
    .option(
      '--peer',
      'OpenBLAS, PyTorch or ONNX Runtime do the same in turn, each in its best setting, and the ratio',
    );
}

function parseIsa(text: string): string {
  const names = availableKernelNames();
  if (!names.includes(text)) throw unknownName('--isa', 'kernel set of this machine', text, names);
  return text;
}

function parseFolder(text: string): string {
  if (existsSync(parseText('--plot', 'a folder', text))) return text;
  throw new UserError(`--plot: expected a folder that exists, found '${text}'. Make the folder first.`);
}

function parseText(option: string, what: string, text: string): string {
  if (text === '') throw new UserError(`${option}: expected ${what}, found nothing.`);
  return text;
}
