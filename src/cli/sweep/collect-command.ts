import { nameCommand } from '../../core/command-name.js';
import { quoteWord } from '../../core/quote-word.js';

/** Options that are of jobs, or of runs that begin. */
const WITH_VALUE = [
  '--folder',
  '--partition',
  '--time',
  '--array-limit',
  '--points-per-task',
  '--grace',
  '--sbatch',
  '--workers',
  '--checkpoint-steps',
  '--checkpoint-minutes',
  '--keep',
];
const WITHOUT_VALUE = ['--slurm', '--wait', '--restart', '--no-checkpoints'];

/**
 * The command that collects what another one has submitted.
 *
 * @param args of that one
 * @param folder where the results will lie
 */
export function nameCollecting(args: readonly string[], folder: string): string {
  const rest = args.filter((arg, i) => {
    const [name = ''] = arg.split('=', 1);
    return (
      !WITHOUT_VALUE.includes(arg) && !WITH_VALUE.includes(name) && !WITH_VALUE.includes(args[i - 1] ?? '')
    );
  });
  return [nameCommand('sweep'), ...[...rest, '--collect', '--folder', folder].map(quoteWord)].join(' ');
}
