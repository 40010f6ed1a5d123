/** What is sent to `/api/control/stop`. */
export interface StopRequest {
  readonly run: number;
  /** Stops it also if it saves no state, which is refused with HTTP's 409 otherwise. */
  readonly loseProgress?: boolean | undefined;
}

/** Its answer, once the run has stopped. */
export interface StopAnswer {
  /** `interrupted`, or what it had come to before it was heard of. */
  readonly state: string;
}

/** What is sent to `/api/control/queue`. */
export interface QueueRequest {
  /** Whose spec it is. */
  readonly run: number;
  /** Fields to change, as `--set` takes them: `seed=3`. */
  readonly set: readonly string[];
}

/** A run that the page has queued. */
export interface QueuedRun extends QueueRequest {
  /** In the order in which they were asked for, from 1. */
  readonly id: number;
  readonly state: 'waiting' | 'training' | 'done' | 'failed';
  /** The last line that the training has said; how it goes or why it failed. */
  readonly line: string;
}
