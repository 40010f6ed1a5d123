import { UserError } from '../core/errors.js';
import type { ExecutorOptions } from '../experiment/executor.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import { checkAgreement, type Maker, makerOf } from '../remote/agreement.js';
import { type CarriedResult, parseResult } from '../remote/carried-result.js';
import type { BlobInbox } from './blob-inbox.js';
import { HttpRefusal } from './http-refusal.js';
import { type HeadFacts, OpenRun } from './open-run.js';
import type { Ending } from './protocol.js';

/** Of the time between two looks at the clock, so that nobody has been silent while this process was stopped. */
const MOST_A_TICK_MS = 2_000;

/** Who has come to a result of a point. */
interface Known {
  readonly point: SweepPoint;
  readonly maker: Maker;
}

/** The runs that a head waits for, by their identities. */
export class OpenRuns {
  readonly #open = new Map<string, OpenRun>();
  /** Of runs that have ended, and of attempts that came too late. */
  readonly #known = new Map<string, Known>();
  readonly #head: HeadFacts;
  #attempts = 0;
  #nowMs = 0;
  #lookedAtMs: number;
  #disagreement: UserError | null = null;

  readonly #told = new Set<string>();

  /**
   * @param say is told what a user should know at once, in lines
   * @param silenceLimitMs after which a worker is held to be dead
   * @param clock milliseconds, from any origin
   */
  constructor(
    inbox: BlobInbox,
    private readonly say: (line: string) => void,
    silenceLimitMs: number,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.#lookedAtMs = clock();
    const tell = (line: string) => this.#tell(line);
    this.#head = {
      inbox,
      silenceLimitMs,
      now: () => this.#nowMs,
      countAttempt: () => ++this.#attempts,
      tell,
    };
  }

  /** Lets time go on; to be called every second. */
  tick(): void {
    const nowMs = this.clock();
    this.#nowMs += Math.min(nowMs - this.#lookedAtMs, MOST_A_TICK_MS);
    this.#lookedAtMs = nowMs;
  }

  open(point: SweepPoint, options: ExecutorOptions): OpenRun {
    const run = new OpenRun(point, options, this.#head);
    this.#open.set(point.identity, run);
    return run;
  }

  async close(run: OpenRun): Promise<void> {
    this.#open.delete(run.point.identity);
    await run.close();
  }

  /** Those that no worker is at. */
  listWaiting(): OpenRun[] {
    return [...this.#open.values()].filter(({ isWaiting }) => isWaiting);
  }

  /** @throws HttpRefusal if nobody waits for it */
  find(identity: string): OpenRun {
    const run = this.#open.get(identity);
    if (run) return run;
    throw new HttpRefusal(410, 'nobody waits for this run');
  }

  /**
   * Ends an attempt. A result that comes too late counts nothing, but it has to be the same.
   *
   * @throws HttpRefusal if the attempt is not the newest, or the result is none of the run
   */
  async end(identity: string, number: number, ending: Ending): Promise<void> {
    if (ending.kind === 'return') {
      this.find(identity).handBack(number, ending);
      return;
    }
    const carried = readResult(ending.result, identity);
    const run = this.#open.get(identity);
    this.#compare(identity, carried, run?.point);
    const open = this.find(identity);
    await open.keep(number, carried.files);
    try {
      open.finish(number, carried);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#tell(error.message);
      throw new HttpRefusal(422, error.message);
    }
  }

  /** @throws UserError if machines have come to different results */
  checkAgreement(): void {
    if (this.#disagreement !== null) throw this.#disagreement;
  }

  /** What many points or machines have to say is said once. */
  #tell(line: string): void {
    if (this.#told.has(line)) return;
    this.#told.add(line);
    this.say(line);
  }

  /** Holds a result against those of the same run that came before. */
  #compare(identity: string, carried: CarriedResult, open: SweepPoint | undefined): void {
    const maker = makerOf(carried);
    const known = this.#known.get(identity);
    const point = known?.point ?? open;
    if (maker === null || point === undefined) return;
    if (!known) {
      this.#known.set(identity, { point, maker });
      return;
    }
    try {
      checkAgreement(point, known.maker, maker);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#disagreement ??= error;
      this.#tell(error.message);
    }
  }
}

function readResult(text: string, identity: string): CarriedResult {
  try {
    const carried = parseResult(text, `result of ${identity}`);
    if (carried.point.identity === identity) return carried;
    throw new UserError(`expected a result of the run ${identity}, found one of ${carried.point.identity}`);
  } catch (error) {
    if (error instanceof UserError) throw new HttpRefusal(422, error.message);
    throw error;
  }
}
