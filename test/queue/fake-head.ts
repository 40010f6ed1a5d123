import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ExecutorOptions } from '../../src/experiment/executor.js';
import type { SweepPoint } from '../../src/experiment/plan-sweep.js';
import { BlobInbox } from '../../src/queue/blob-inbox.js';
import { createHeadApp } from '../../src/queue/head-http.js';
import type { OpenRun } from '../../src/queue/open-run.js';
import { OpenRuns } from '../../src/queue/open-runs.js';
import type { Beginning, Report } from '../../src/queue/protocol.js';
import type { CheckpointOptions, EpochMetrics, Resumption } from '../../src/run/types.js';
import { makeFolder, planGrid } from '../experiment/fake-runs.js';

export const TOKEN = 'a-token';
const SILENCE_LIMIT_MS = 15_000;
/** Longer than that. */
const LONG_SECONDS = 20;

/** A head without a queue, whose clock goes on as the test says, and what it has been told. */
export class FakeHead {
  readonly lines: string[] = [];
  readonly epochs: EpochMetrics[] = [];
  readonly resumptions: Resumption[] = [];
  readonly printed: string[] = [];
  readonly stop = new AbortController();
  nowMs = 0;
  readonly runs: OpenRuns;
  readonly app: ReturnType<typeof createHeadApp>;

  private constructor(
    readonly folder: string,
    readonly inbox: BlobInbox,
    readonly point: SweepPoint,
  ) {
    this.runs = new OpenRuns(
      inbox,
      (line) => this.lines.push(line),
      SILENCE_LIMIT_MS,
      () => this.nowMs,
    );
    this.app = createHeadApp(this.runs, TOKEN);
  }

  static async open(): Promise<FakeHead> {
    const folder = makeFolder();
    const inbox = await BlobInbox.open(join(folder, 'runs'));
    onTestFinished(() => inbox.close());
    const [point] = await planGrid({ base: { model: 'SK', width: 0.2, epochs: 3 } });
    return new FakeHead(folder, inbox, point!);
  }

  /** Has workers go silent for too long. */
  wait(seconds = LONG_SECONDS): void {
    for (let second = 0; second < seconds; second++) {
      this.nowMs += 1000;
      this.runs.tick();
    }
  }

  /** Opens the point's run. */
  openRun(checkpoints: Partial<CheckpointOptions> | null = {}): OpenRun {
    const options: ExecutorOptions = {
      signal: this.stop.signal,
      checkpoints: checkpoints && { folder: this.runFolder, ...checkpoints },
      observer: {
        resumed: (resumption) => this.resumptions.push(resumption),
        progressed: () => {},
        printed: (line) => this.printed.push(line),
        epochEnded: (metrics) => this.epochs.push(metrics),
      },
    };
    const run = this.runs.open(this.point, options);
    // Tests that look at its end do so later.
    run.ended.catch(() => {});
    return run;
  }

  get runFolder(): string {
    return join(this.folder, 'runs', 'experiments-1');
  }

  /** Asks as a worker does. */
  ask(path: string, { headers = {}, ...request }: RequestInit & { headers?: Record<string, string> } = {}) {
    return this.app.request(`http://head${path}`, {
      ...request,
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    });
  }

  post(path: string, message: object): Promise<Response> {
    return Promise.resolve(this.ask(path, { method: 'POST', body: JSON.stringify(message) }));
  }
}

export function makeBeginning(host: string, changes: Partial<Beginning> = {}): Beginning {
  return { nonce: randomUUID(), host, pid: 1, resumption: null, ...changes };
}

export function makeReport(changes: Partial<Report> = {}): Report {
  return { resumption: null, epochs: [], progress: null, printed: [], files: [], ...changes };
}
