import type { Block } from '../document/blocks.js';
import { formatCount, formatDuration } from '../format-values.js';
import { formatSpecField } from '../varying-fields.js';
import type { ReportedRun } from './reported-run.js';
import { joinWords } from './words.js';

/** Fields of the spec that a reader wants to know, where all runs have them in common. */
const SETTINGS = [
  ['epochs', 'epochs'],
  ['batchSize', 'mini-batch'],
  ['learningRate', 'learning rate'],
  ['optimizer', 'optimizer'],
  ['momentum', 'momentum'],
  ['weightDecay', 'weight decay'],
  ['normalization', 'normalisation'],
] as const;

/** How and on what the runs were made, as a table. */
export function describeConditions(runs: readonly ReportedRun[]): Block {
  const common = (values: readonly string[]) => {
    const distinct = [...new Set(values)];
    return distinct.length <= 3 ? joinWords(distinct) : `${distinct.length} different ones`;
  };
  const environments = runs.map((run) => run.environment as unknown as RecordedEnvironment);
  const times = runs.flatMap((run) => [run.startedAt, run.finishedAt]).filter((time) => time !== null);
  const seconds = runs.reduce((sum, run) => sum + (run.seconds ?? 0), 0);
  const rows = [
    [
      'data',
      common(
        runs.map(({ spec, datasetSha256 }) => `${spec.dataset} (SHA-256 ${datasetSha256.slice(0, 12)}…)`),
      ),
    ],
    ['test images', common(runs.map(({ images }) => formatCount(images)))],
    ...SETTINGS.filter(([key]) => runs.some(({ spec }) => key in spec)).map(([key, title]) => [
      title,
      common(runs.map(({ spec }) => formatSpecField(spec, key))),
    ]),
    ['processor', common(environments.map(({ cpu, cores }) => `${cpu}, ${cores} cores`))],
    ['kernels', common(environments.map(({ kernels }) => kernels ?? 'not told'))],
    ['program', common(environments.map(describeProgram))],
    ['made between', describePeriod(times)],
    ['training and testing', `${formatDuration(seconds)} in all, summed over the runs`],
  ];
  return {
    kind: 'table',
    caption: `What the ${runs.length} runs of this page have in common`,
    columns: [
      { title: 'what', align: 'left' },
      { title: 'value', align: 'left' },
    ],
    rows: rows as string[][],
  };
}

/** Of an environment, what is told here. */
interface RecordedEnvironment {
  readonly cpu: string;
  readonly cores: number;
  readonly kernels: string | null;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly gitCommit: string | null;
  readonly gitDirty: boolean | null;
}

function describeProgram({ versions, gitCommit, gitDirty, node }: RecordedEnvironment): string {
  const commit = gitCommit === null ? '' : ` (commit ${gitCommit.slice(0, 8)}${gitDirty ? ', changed' : ''})`;
  return `Convoy ${versions.convoy}${commit} on Node.js ${node.replace(/^v/, '')}`;
}

/** Dates and minutes, UTC. */
function describePeriod(times: readonly string[]): string {
  const sorted = [...times].sort();
  const format = (time: string | undefined) => (time ?? '').slice(0, 16).replace('T', ' ');
  return `${format(sorted[0])} and ${format(sorted.at(-1))} (UTC)`;
}
