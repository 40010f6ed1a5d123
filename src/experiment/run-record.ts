import type { EpochMetrics, Resumption } from '../run/types.js';
import type { RunEnd } from './run-result.js';
import type { ClaimedPoint, Store } from './store.js';

/** Keeps the record of one run that this process has claimed, as its training is heard of. */
export class RunRecord {
  private readonly loss = new AbortController();
  private isUndecided: boolean;

  /** @param keep calls a function that writes to the store, and deals with its errors */
  constructor(
    private readonly store: Store,
    private readonly claim: ClaimedPoint,
    private readonly keep: (write: () => void) => void,
  ) {
    this.isUndecided = claim.isTakenUp;
  }

  /** Raised once the run is found to be another process's. */
  get lost(): AbortSignal {
    return this.loss.signal;
  }

  /** The run goes on from a checkpoint, unless there was none that can be used: then it begins anew, be it in the middle of its record. */
  resume({ epoch, step, epochs }: Resumption): void {
    this.isUndecided = epoch === 1 && step === 0;
    if (this.isUndecided) return;
    this.record(() => this.store.resumeRun(this.claim.runId, epochs));
  }

  /** The run has done a step. One that was taken up and has not been resumed until then begins anew. */
  begin(): void {
    if (!this.isUndecided) return;
    this.isUndecided = false;
    this.record(() => this.store.restartRun(this.claim.runId));
  }

  addEpoch(metrics: EpochMetrics): void {
    this.begin();
    this.record(() => this.store.addEpoch(this.claim.runId, metrics));
  }

  /** A run that was interrupted, or failed, before it did a step leaves the epochs that it had before. */
  finish(end: RunEnd): void {
    if ('result' in end && end.result.state !== 'interrupted') this.begin();
    this.record(() => this.store.finishRun(this.claim.runId, end));
  }

  private record(write: () => boolean): void {
    this.keep(() => {
      if (!write()) this.loss.abort();
    });
  }
}
