import { join } from 'node:path';
import { findPackageRoot } from '../core/paths.js';
import { findAllocators } from './allocators.js';
import { Peer } from './peer.js';
import type { PeerJob } from './peer-job.js';
import { type PeerOptions, type PeerProcess, startUnderEach, TunedPeer } from './tuned-peer.js';

/** Pythons that may have what a peer needs: the user's, and the distribution's behind it. */
export const PEER_PYTHONS = ['python3', '/usr/bin/python3'] as const;

type JobKind = PeerJob['kind'];

/** Somebody who does what we do. */
interface PeerProgram {
  /** Of scripts/peer. */
  readonly script: string;
  /** What it must find, and what installs that. */
  readonly needs: string;
  readonly remedy: string;
  readonly does: readonly JobKind[];
  /** Whether its speed depends on who gives it its memory. */
  readonly choosesAllocator: boolean;
  /** What it can be told, from which the best is chosen. */
  listOptions(kind: JobKind): readonly PeerOptions[];
}

const FORMATS = ['contiguous', 'channels last'];
const MODES = ['eager', 'frozen', 'optimized'];

const PROGRAMS: readonly PeerProgram[] = [
  {
    script: 'openblas.py',
    needs: 'OpenBLAS',
    remedy: 'Debian: apt-get install libopenblas0-pthread',
    does: ['product'],
    choosesAllocator: false,
    listOptions: () => [{}],
  },
  {
    script: 'pytorch.py',
    needs: 'torch',
    remedy: 'Debian: apt-get install python3-torch',
    does: ['convolution', 'step', 'evaluation', 'epochs', 'memory', 'start'],
    choosesAllocator: true,
    listOptions: (kind) =>
      FORMATS.flatMap((format) =>
        kind === 'evaluation' ? MODES.map((mode) => ({ format, mode })) : [{ format }],
      ),
  },
  {
    script: 'onnxruntime.js',
    needs: 'onnxruntime-node',
    remedy: 'npm install --no-save --ignore-scripts onnxruntime-node (300 MB)',
    does: ['evaluation'],
    choosesAllocator: false,
    listOptions: () => [{ optimization: 'all optimizations' }],
  },
];

/** The peers that there are on this machine, for the jobs at hand. */
export class Peers {
  readonly #peers: ReadonlyMap<PeerProgram, TunedPeer>;

  private constructor(peers: ReadonlyMap<PeerProgram, TunedPeer>) {
    this.#peers = peers;
  }

  /**
   * Starts the peers for such jobs.
   *
   * @param tell is given a line for whatever is missing or fails, now and later
   */
  static async find(
    kinds: readonly JobKind[],
    tell: (line: string) => void,
    pythons: readonly string[] = PEER_PYTHONS,
  ): Promise<Peers> {
    const peers = new Map<PeerProgram, TunedPeer>();
    for (const program of PROGRAMS) {
      if (!program.does.some((kind) => kinds.includes(kind))) continue;
      const processes = await startProgram(program, pythons, tell);
      if (processes) peers.set(program, new TunedPeer(processes, program.listOptions, tell));
    }
    return new Peers(peers);
  }

  get names(): readonly string[] {
    return [...this.#peers.values()].map(({ name }) => name);
  }

  /** All that do such work. */
  peersFor({ kind }: PeerJob): readonly TunedPeer[] {
    return [...this.#peers].flatMap(([{ does }, peer]) => (does.includes(kind) ? [peer] : []));
  }

  async close(): Promise<void> {
    for (const peer of this.#peers.values()) await peer.close();
  }
}

/** The program's processes, by the first command that has what it needs; null if none has. */
async function startProgram(
  { script, needs, remedy, choosesAllocator }: PeerProgram,
  pythons: readonly string[],
  tell: (line: string) => void,
): Promise<PeerProcess[] | null> {
  for (const command of listCommands(script, pythons)) {
    const process = await Peer.start(command);
    if (!process) continue;
    process.lacks.forEach(tell);
    if (!choosesAllocator) return [{ process }];
    const { found, missing } = findAllocators();
    missing.forEach(tell);
    return startUnderEach(found, command, process, tell);
  }
  const where = script.endsWith('.py')
    ? `no Python (${pythons.join(', ')}) that finds ${needs}`
    : `no ${needs}`;
  tell(`${where}; going on without it. ${remedy}`);
  return null;
}

/** -B: nothing is to be written beside the scripts. */
function listCommands(script: string, pythons: readonly string[]): string[][] {
  const path = join(findPackageRoot(), 'scripts', 'peer', script);
  return script.endsWith('.py') ? pythons.map((python) => [python, '-B', path]) : [[process.execPath, path]];
}
