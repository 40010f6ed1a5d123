import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RandomStream } from '../../src/core/rng.js';
import { JournalReader } from '../../src/remote/journal.js';
import { SharedFolder } from '../../src/remote/shared-folder.js';
import { jobNameOf, listIdentities, listSubmissions } from '../../src/remote/slurm/submission.js';
import type { ListedTask } from './cluster.js';
import type { Site, Sweep } from './site.js';

/** What befalls tasks. */
const BLOWS = ['requeued', 'killed', 'cancelled', 'cut down', 'ended', 'drained', 'node lost'] as const;
type Blow = (typeof BLOWS)[number];
/** A node takes nothing for so long. */
const DRAINED_MS = 2_000;

/** Deals blows, each kind in turn, to tasks of a sweep, as long as they run. */
export class Blows {
  readonly counts = Object.fromEntries(BLOWS.map((kind) => [kind, 0])) as Record<Blow, number>;
  /** How often each kind was tried. */
  private readonly tries = new Map<Blow, number>(BLOWS.map((kind) => [kind, 0]));

  /** @param mostOfEach kind */
  constructor(
    private readonly site: Site,
    private readonly sweep: Sweep,
    private readonly stream: RandomStream,
    private readonly mostOfEach: number,
  ) {}

  async deal(): Promise<void> {
    const running = (await this.site.cluster.listTasks()).filter(({ state }) => state === 'RUNNING');
    const task = this.choose(running);
    if (!task || !(await this.hasState(task))) return;
    const left = BLOWS.filter((kind) => this.counts[kind] < this.mostOfEach);
    const [kind] = left.sort((a, b) => this.tries.get(a)! - this.tries.get(b)!);
    if (kind === undefined) return;
    this.tries.set(kind, this.tries.get(kind)! + 1);
    // A task may have ended meanwhile.
    const isDealt = await this.strike(kind, task.id).then(
      () => true,
      () => false,
    );
    if (isDealt) this.counts[kind]++;
  }

  private async strike(kind: Blow, id: string): Promise<void> {
    const { cluster } = this.site;
    const setNode = (...state: string[]) => cluster.ask('scontrol', 'update', 'NodeName=n1', ...state);
    if (kind === 'requeued') await cluster.ask('scontrol', 'requeue', id);
    if (kind === 'cancelled') await cluster.ask('scancel', id);
    if (kind === 'cut down') await cluster.ask('scancel', '--full', '--signal=KILL', id);
    if (kind === 'killed') process.kill(this.choose(this.listTrainers())!, 'SIGKILL');
    // As Slurm does before a time limit. `scancel --batch --signal=TERM` does it too, and once more every few seconds for a minute and a half,
    // since the task is back in the queue by then.
    if (kind === 'ended') process.kill(this.choose(this.listTrainers())!, 'SIGTERM');
    if (kind === 'drained' || kind === 'node lost') {
      await setNode(`State=${kind === 'drained' ? 'DRAIN' : 'DOWN'}`, 'Reason=test');
      await sleep(DRAINED_MS);
      // One that was taken for dead and answers is back by itself.
      await setNode('State=RESUME').catch(() => {});
    }
  }

  /** Whether a task has come to a state from which the next attempt goes on. */
  private async hasState({ id, jobName }: ListedTask): Promise<boolean> {
    const shared = new SharedFolder(this.sweep.shared);
    const submission = (await listSubmissions(shared)).find((each) => jobNameOf(each) === jobName);
    const [identity] = submission ? listIdentities(submission, Number(id.split('_')[1])) : [];
    const attempt = identity && (await shared.listAttempts(identity)).at(-1);
    const entries = attempt ? await new JournalReader(attempt).read() : [];
    return entries.some(({ kind }) => kind === 'epochEnded');
  }

  /** Processes that train. */
  private listTrainers(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`train-task\0${this.sweep.shared}`);
        } catch {
          return false;
        }
      })
      .map(Number);
  }

  private choose<T>(items: readonly T[]): T | undefined {
    return items[this.stream.nextBelow(Math.max(1, items.length))];
  }
}
