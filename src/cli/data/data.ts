import { existsSync } from 'node:fs';
import { nameCommand } from '../../core/command-name.js';
import { UserError, unknownName } from '../../core/errors.js';
import type { Dataset } from '../../dataset/dataset.js';
import { type GetOptions, getDataset } from '../../dataset/get/get-dataset.js';
import { loadDataset } from '../../dataset/load.js';
import { DATASET_NAMES, findDefinition } from '../../dataset/registry.js';
import { computeStatistics } from '../../dataset/statistics.js';
import { findDifferences, type Verification, verifyDataset } from '../../dataset/verify.js';
import { writePng } from '../../image/write-png.js';
import { createCommand, parseCommand, parseCount } from '../command-line.js';
import { addDataOptions, type DataFlags, openOwnData } from '../data-options.js';
import { EXIT_CODES } from '../exit.js';
import { findInterruptionCode, withInterruption } from '../interruption.js';
import type { Streams } from '../streams.js';
import { showDownload } from './progress.js';
import { drawDataset, type SheetOptions } from './show.js';
import { formatAnswers, formatMoments, formatSizes } from './text.js';

/** Where data sets come from and where they lie; tests have other places. */
export interface DataPlaces extends Pick<GetOptions, 'published' | 'pace'> {
  /** A data set's folder. */
  readonly locate: (name: string) => string;
}

const USUAL_PLACES: DataPlaces = { locate: (name) => findDefinition(name).folder };
/** More would be too small for the text beside them. */
const MAX_EACH = 15;
const HALVES = ['train', 'test'] as const;
const OWN = 'of your own, checked for what training asks of it';

export function main(args: readonly string[], streams: Streams): Promise<number> {
  return runDataCommand(args, streams, USUAL_PLACES);
}

/**
 * `data get NAME | verify [NAME] | show NAME`: gets data sets, compares them with the published ones, and draws them.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, downloads that fail, files that are missing or broken, data that are not the published ones
 */
export async function runDataCommand(
  args: readonly string[],
  streams: Streams,
  places: DataPlaces,
): Promise<number> {
  let exitCode: number = EXIT_CODES.done;
  const names = DATASET_NAMES.join(', ');
  const program = createCommand('data', streams).description('Gets, verifies and shows data sets.');
  program
    .command('get')
    .description('downloads a data set and puts its files in place')
    .argument('<name>', names, parseName)
    .option('--from <path>', 'a local archive or folder to take the files from')
    .action(async (name: string, { from }: { from?: string }) => {
      exitCode = await get(name, from, streams, places);
    });
  const verifyCommand = program
    .command('verify')
    .description(
      'compares a data set, or all that are there, with what is published; or checks one of your own',
    )
    .argument('[name]', names, parseName);
  addDataOptions(verifyCommand).action((name: string | undefined, flags: DataFlags) =>
    flags.data === undefined && flags.dataOption === undefined
      ? verify(name, streams, places)
      : verifyOwn(name, flags, streams),
  );
  const showCommand = program
    .command('show')
    .description('draws the first images of each class, or images by each target')
    .argument('[name]', names, parseName)
    .requiredOption('--out <file>', 'the PNG file to write')
    .option('--half <half>', HALVES.join(' or '), parseHalf, 'train' as const)
    .option('--each <images>', 'of each class or target', (text) => parseCount('--each', text, MAX_EACH), 10);
  addDataOptions(showCommand).action((name: string | undefined, flags: ShowFlags) =>
    show(name, flags, streams, places),
  );
  await parseCommand(program, args);
  return exitCode;
}

async function get(
  name: string,
  from: string | undefined,
  streams: Streams,
  { locate, ...source }: DataPlaces,
): Promise<number> {
  const folder = locate(name);
  if (from === undefined && (await isPublished(name, folder))) {
    streams.out.write(`${name}: the published files are in ${folder} already\n`);
    return EXIT_CODES.done;
  }
  const progress = showDownload(streams.err);
  const steps = { first: () => {}, last: () => progress.close() };
  return withInterruption(async (signal) => {
    try {
      const onProgress = progress.progressed;
      const { dataset } = await getDataset(name, {
        ...source,
        folder,
        ...(from === undefined ? {} : { from }),
        signal,
        onProgress,
      });
      progress.close();
      streams.out.write(`${name}: ${formatSizes(dataset)} in ${folder}\n`);
      return EXIT_CODES.done;
    } catch (error) {
      progress.close();
      const interruptionCode = findInterruptionCode(signal);
      if (interruptionCode === null) throw error;
      streams.err.write(`${name}: interrupted; the same command goes on from here\n`);
      return interruptionCode;
    }
  }, steps);
}

/** True if a folder has a data set's published files. What is missing or broken there is to be got. */
async function isPublished(name: string, folder: string): Promise<boolean> {
  try {
    const found = await verifyDataset(name, { folder });
    return found.likeness === 'files' && found.folder === folder;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

async function verify(name: string | undefined, streams: Streams, { locate }: DataPlaces): Promise<void> {
  const failures: string[] = [];
  for (const each of name === undefined ? DATASET_NAMES : [name]) {
    try {
      const found = await verifyDataset(each, { folder: locate(each) });
      streams.out.write(`${formatVerification(found)}\n`);
      if (found.likeness === 'other') failures.push(explainOther(found));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (name === undefined && !existsSync(locate(each))) streams.out.write(`${each}: not here\n\n`);
      else failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new UserError(failures.join(' '));
}

function formatVerification({ dataset, folder, statistics, likeness, otherFiles }: Verification): string {
  const verdicts = {
    files: 'the published files, byte for byte',
    images: `the published images and labels, in another order than published`,
    statistics: `the published counts, mean and deviation; more cannot be told, as only the published .gz files have checksums`,
    own: OWN,
    other: `not the published data: other contents in ${otherFiles.join(', ')}`,
  };
  return (
    `${dataset.name}: ${verdicts[likeness]}\n` +
    `  ${formatSizes(dataset)} in ${folder}\n  ${formatMoments(statistics)}\n${formatAnswers(dataset, statistics)}`
  );
}

function explainOther({ dataset: { name }, folder, statistics, otherFiles }: Verification): string {
  const differences = findDifferences(statistics, findDefinition(name).reference!);
  const words = {
    trainCounts: 'numbers of training images',
    testCounts: 'numbers of test images',
    means: 'means',
    deviations: 'deviations',
  };
  const found = differences.length > 0 ? differences.map((key) => words[key]).join(', ') : 'images or labels';
  return (
    `${name}: expected the published data in ${folder}, found other ${found} (${otherFiles.join(', ')}). ` +
    `Run ${nameCommand('data')} get ${name} for the published files.`
  );
}

type ShowFlags = SheetOptions & DataFlags & { readonly out: string };

/** Data of the user's own are checked by being read. */
async function verifyOwn(name: string | undefined, flags: DataFlags, streams: Streams): Promise<void> {
  const dataset = await findData(name, flags, streams);
  const statistics = computeStatistics(dataset);
  streams.out.write(
    `${dataset.name}: ${OWN}\n  SHA-256 ${dataset.sha256}\n` +
      `  ${formatSizes(dataset)} in ${flags.data}\n  ${formatMoments(statistics)}\n${formatAnswers(dataset, statistics)}`,
  );
}

/** The data set of a name, or the user's own. */
async function findData(
  name: string | undefined,
  flags: DataFlags,
  streams: Streams,
  locate: DataPlaces['locate'] = USUAL_PLACES.locate,
): Promise<Dataset> {
  const own = await openOwnData(flags, streams);
  if ((own === null) === (name === undefined)) {
    throw new UserError(
      `data: expected the name of a data set or --data, found ${own ? 'both' : 'neither'}. Names: ${DATASET_NAMES.join(', ')}.`,
    );
  }
  return own?.dataset ?? loadDataset(name!, { folder: locate(name!) });
}

async function show(
  asked: string | undefined,
  { out, half, each, ...flags }: ShowFlags,
  streams: Streams,
  { locate }: DataPlaces,
): Promise<void> {
  const dataset = await findData(asked, flags, streams, locate);
  const { name } = dataset;
  const statistics = computeStatistics(dataset);
  const sheet = await drawDataset(dataset, statistics, { half, each });
  await writePng(out, sheet);
  streams.out.write(
    `${name}: ${formatSizes(dataset)}\n  ${formatMoments(statistics)}\n${formatAnswers(dataset, statistics)}` +
      `${out}: ${sheet.height}×${sheet.width}\n`,
  );
}

function parseName(text: string): string {
  if (DATASET_NAMES.includes(text)) return text;
  throw unknownName('data', 'data set', text, DATASET_NAMES);
}

function parseHalf(text: string): 'train' | 'test' {
  const half = HALVES.find((candidate) => candidate === text);
  if (half === undefined) throw unknownName('--half', 'half', text, HALVES);
  return half;
}
