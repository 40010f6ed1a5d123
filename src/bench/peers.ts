import { PEER_PYTHONS, Peer } from './peer.js';
import type { PeerJob } from './peer-job.js';

/** Who does what beside us. */
const PEERS: readonly { script: string; needs: string; does: readonly PeerJob['kind'][] }[] = [
  { script: 'openblas.py', needs: "OpenBLAS (such as Debian's libopenblas-dev)", does: ['product'] },
  { script: 'pytorch.py', needs: 'torch', does: ['convolution', 'step', 'evaluation', 'memory', 'start'] },
];

/** The peers that there are on this machine, for the jobs at hand. */
export class Peers {
  /** A line for each peer that would be needed and is not there. */
  readonly missing: readonly string[];
  readonly #peers: ReadonlyMap<PeerJob['kind'], Peer>;

  private constructor(peers: ReadonlyMap<PeerJob['kind'], Peer>, missing: readonly string[]) {
    this.#peers = peers;
    this.missing = missing;
  }

  /** Starts the peers for such jobs. */
  static async find(
    kinds: readonly PeerJob['kind'][],
    pythons: readonly string[] = PEER_PYTHONS,
  ): Promise<Peers> {
    const peers = new Map<PeerJob['kind'], Peer>();
    const missing: string[] = [];
    for (const { script, needs, does } of PEERS) {
      if (!does.some((kind) => kinds.includes(kind))) continue;
      const peer = await Peer.find(script, pythons);
      if (peer) for (const kind of does) peers.set(kind, peer);
      else missing.push(`no Python (${pythons.join(', ')}) that finds ${needs}; going on without it`);
    }
    return new Peers(peers, missing);
  }

  get names(): readonly string[] {
    return [...new Set(this.#peers.values())].map(({ name }) => name);
  }

  /** Null if it is missing. */
  peerFor({ kind }: PeerJob): Peer | null {
    return this.#peers.get(kind) ?? null;
  }

  async close(): Promise<void> {
    for (const peer of new Set(this.#peers.values())) await peer.close();
  }
}
