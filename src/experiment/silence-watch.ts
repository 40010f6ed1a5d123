/** What is watched says every few seconds that it lives. */
export const HEARTBEAT_INTERVAL_MS = 15_000;
/** Three heartbeats of older versions, which have one a minute. */
const LONGEST_SILENCE_MS = 180_000;
/** So that a pause of both, the watcher and the watched, is none of the watched one's silence. */
const MOST_A_LOOK_MS = 2 * HEARTBEAT_INTERVAL_MS;

interface Watched {
  heartbeat: string;
  lookedAtMs: number;
  silenceMs: number;
}

/**
 * Tells who has fallen silent, by this process's monotonic clock alone: whoever has shown the same heartbeat at looks that span the longest
 * silence. No clock of another process is believed, and a first look never finds anybody silent.
 */
export class SilenceWatch {
  private readonly watched = new Map<number, Watched>();

  /** @param now milliseconds, from any origin */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Looks at one. */
  isSilent(id: number, heartbeat: string): boolean {
    const lookedAtMs = this.now();
    const before = this.watched.get(id);
    const silenceMs =
      before?.heartbeat === heartbeat
        ? before.silenceMs + Math.min(lookedAtMs - before.lookedAtMs, MOST_A_LOOK_MS)
        : 0;
    this.watched.set(id, { heartbeat, lookedAtMs, silenceMs });
    return silenceMs >= LONGEST_SILENCE_MS;
  }
}
