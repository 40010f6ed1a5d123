import { existsSync, readFileSync, realpathSync } from 'node:fs';
import type { Allocator } from './allocators.js';
import { chooseSetting, type Trial } from './choose-setting.js';
import { Peer } from './peer.js';
import type { PeerJob } from './peer-job.js';

/** What a peer's script is told beside a job, such as `format`; the values name the setting. */
export type PeerOptions = Readonly<Record<string, string>>;

/** One way to set a peer up for a job. */
export interface PeerSetting {
  /** Such as `tcmalloc, channels last`. */
  readonly name: string;
  readonly process: Peer;
  readonly options: PeerOptions;
}

/** A peer's process; what its allocator is called if there are several to choose from. */
export interface PeerProcess {
  readonly allocator?: string;
  readonly process: Peer;
}

/** The C library's allocator, in the name of a setting. */
const DEFAULT_ALLOCATOR = 'malloc';
/** Before a setting is chosen, each is measured so often, for so much of the time of the measurement itself. */
const TRIAL_ROUNDS = 3;
const TRIAL_SHARE = 1 / 3;

/** A peer in each of its settings: processes with an allocator each, and what they can be told with a job. */
export class TunedPeer {
  readonly #processes: readonly PeerProcess[];
  readonly #listOptions: (kind: PeerJob['kind']) => readonly PeerOptions[];
  readonly #tell: (line: string) => void;

  /**
   * @param listOptions what there is to choose from for a kind of job
   * @param tell is given a line for each setting that fails
   */
  constructor(
    processes: readonly PeerProcess[],
    listOptions: (kind: PeerJob['kind']) => readonly PeerOptions[],
    tell: (line: string) => void,
  ) {
    this.#processes = processes;
    this.#listOptions = listOptions;
    this.#tell = tell;
  }

  /** For instance `PyTorch 1.13.1`. */
  get name(): string {
    return this.#processes[0]!.process.name;
  }

  /**
   * Measures each setting briefly, for a job.
   *
   * @param seconds least time of one measurement if it were no trial
   * @returns the setting that takes least
   * @throws Error if the job fails in all settings
   */
  async choose(job: PeerJob, seconds: number): Promise<PeerSetting> {
    const settings = this.#listSettings(job.kind);
    if (settings.length === 1) return settings[0]!;
    const trials: Trial<PeerSetting>[] = [];
    let failure: unknown;
    for (const setting of settings) {
      try {
        const measured = await measureIn(setting, describeTrial(job), TRIAL_ROUNDS, TRIAL_SHARE * seconds);
        trials.push({ setting, measured });
      } catch (error) {
        failure ??= error;
        this.#tell(`${(error as Error).message} (${setting.name}); going on without this setting`);
      }
    }
    if (trials.length === 0) throw failure;
    return chooseSetting(trials);
  }

  async close(): Promise<void> {
    for (const { process } of this.#processes) await process.close();
  }

  #listSettings(kind: PeerJob['kind']): PeerSetting[] {
    return this.#processes.flatMap(({ allocator, process }) =>
      this.#listOptions(kind).map((options) => {
        const words = [...(allocator === undefined ? [] : [allocator]), ...Object.values(options)];
        return { name: words.join(', '), process, options };
      }),
    );
  }
}

/** Does a job and gives what was measured, as `Peer.measure`. */
export function measureIn(
  { process, options }: PeerSetting,
  job: PeerJob,
  rounds: number,
  seconds: number,
): Promise<readonly number[]> {
  return process.measure(job, rounds, seconds, options);
}

/** Epochs would take minutes in each setting; their steps tell as much. */
function describeTrial(job: PeerJob): PeerJob {
  return job.kind === 'epochs' ? { ...job, kind: 'step' } : job;
}

/**
 * Starts a peer's process under the default allocator and under each other one.
 *
 * @param first the process under the default one
 * @param tell is given a line for each allocator that the process does not take
 */
export async function startUnderEach(
  allocators: readonly Allocator[],
  command: readonly string[],
  first: Peer,
  tell: (line: string) => void,
): Promise<PeerProcess[]> {
  const processes: PeerProcess[] = [{ allocator: DEFAULT_ALLOCATOR, process: first }];
  for (const allocator of allocators) {
    const process = await startUnder(allocator, command);
    if (process) processes.push({ allocator: allocator.name, process });
    else
      tell(
        `${first.name} does not start under ${allocator.name} (${allocator.files.join(', ')}); going on without it`,
      );
  }
  return processes;
}

/** With the first of the allocator's files that the process takes: the linker passes over what is for another processor. */
async function startUnder(
  { files, environment }: Allocator,
  command: readonly string[],
): Promise<Peer | null> {
  for (const file of files.filter((one) => existsSync(one))) {
    const peer = await Peer.start(command, { ...environment, LD_PRELOAD: file });
    if (peer && readFileSync(`/proc/${peer.pid}/maps`, 'utf8').includes(realpathSync(file))) return peer;
    await peer?.close();
  }
  return null;
}
