import type { SharedFolder } from '../shared-folder.js';
import { listQueued } from './slurm.js';
import { jobNameOf, listIdentities, listSubmissions, type Submission } from './submission.js';

/** What Slurm has of the task that trains a point. */
export interface QueuedPoint {
  readonly state: string;
  readonly submission: Submission;
  /** Of the task in the array. */
  readonly index: number;
}

/** Which points of a shared folder are in Slurm's queue. */
export class SlurmQueue {
  private constructor(private readonly submissions: ReadonlyMap<string, Submission>) {}

  /**
   * Reads what has been submitted of some points.
   *
   * @throws UserError if the folder cannot be read
   */
  static async open(shared: SharedFolder, identities: ReadonlySet<string>): Promise<SlurmQueue> {
    const submissions = (await listSubmissions(shared)).filter((submission) =>
      submission.identities.some((identity) => identities.has(identity)),
    );
    return new SlurmQueue(new Map(submissions.map((submission) => [jobNameOf(submission), submission])));
  }

  /**
   * By identity: points whose task is pending or runs.
   *
   * @throws UserError if Slurm does not answer
   */
  async look(): Promise<Map<string, QueuedPoint>> {
    const queued = new Map<string, QueuedPoint>();
    for (const { jobName, index, state } of await listQueued([...this.submissions.keys()])) {
      const submission = this.submissions.get(jobName);
      if (!submission) continue;
      for (const identity of listIdentities(submission, index))
        queued.set(identity, { state, submission, index });
    }
    return queued;
  }
}
