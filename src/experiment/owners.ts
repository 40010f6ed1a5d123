import type Database from 'better-sqlite3';
import { listFreeLocks, OwnerLock, probeOwnerLock, removeFreeLocks } from './owner-lock.js';
import { judgeMark, type Liveness, markProcess, type ProcessMark } from './process-mark.js';
import { SilenceWatch } from './silence-watch.js';
import { writeTransaction } from './transaction.js';

/** A process that runs belong to, as the database has it. */
export interface Owner extends ProcessMark {
  readonly processId: number;
  /** Null in records of older versions. */
  readonly lockName: string | null;
  /** Another text whenever the process has said that it lives. */
  readonly heartbeat: string;
}

/** An owner's columns of the table `processes`. */
export const OWNER_COLUMNS = `process_id AS processId, host, boot_id AS bootId, pid_namespace AS pidNamespace, pid,
  start_marker AS startMarker, lock_name AS lockName, heartbeat || ' ' || seen_at AS heartbeat`;

/** Whether an owner lives: as its lock tells, and where that cannot be asked for, as the system tells of its pid. */
export function judgeOwner(database: string, owner: Owner): Liveness {
  const lock = owner.lockName === null ? 'unknown' : probeOwnerLock(database, owner.lockName);
  if (lock === 'unknown') return judgeMark(owner);
  return lock === 'held' ? 'alive' : 'dead';
}

/** This process as an owner of runs, and what it knows of others. */
export class Ownership {
  private readonly watch = new SilenceWatch();

  private constructor(
    private readonly db: Database.Database,
    readonly processId: number,
    /** Null for a database in memory, which nobody else sees. */
    private readonly lock: OwnerLock | null,
  ) {}

  /**
   * Takes a lock and tells the database of it.
   *
   * @throws UserError if nothing can be written there
   */
  static register(db: Database.Database): Ownership {
    const lock = db.memory ? null : OwnerLock.acquire(db.name);
    const owner = { ...markProcess(), lockName: lock?.name ?? null, seenAt: now() };
    const insert = db.prepare<[object], number>(
      `INSERT INTO processes (host, boot_id, pid_namespace, pid, start_marker, lock_name, seen_at)
       VALUES (@host, @bootId, @pidNamespace, @pid, @startMarker, @lockName, @seenAt) RETURNING process_id`,
    );
    try {
      return new Ownership(
        db,
        writeTransaction(db, () => insert.pluck().get(owner)!),
        lock,
      );
    } catch (error) {
      lock?.release(false);
      throw error;
    }
  }

  /** Says that this process lives, to those who cannot ask for its lock. */
  beat(): void {
    const update = 'UPDATE processes SET heartbeat = heartbeat + 1, seen_at = ? WHERE process_id = ?';
    this.db.prepare(update).run(now(), this.processId);
  }

  /** Whether an owner has ended. One of which that cannot be known has ended if it stays silent while it is looked at. */
  isGone(owner: Owner): boolean {
    const liveness = judgeOwner(this.db.name, owner);
    return (
      liveness === 'dead' || (liveness === 'unknown' && this.watch.isSilent(owner.processId, owner.heartbeat))
    );
  }

  /** Owners of runs under way that have ended. */
  listGone(): Owner[] {
    const query = `SELECT ${OWNER_COLUMNS} FROM processes
      WHERE process_id IN (SELECT process_id FROM runs WHERE state IN ('queued', 'running'))`;
    return this.db
      .prepare<[], Owner>(query)
      .all()
      .filter((owner) => this.isGone(owner));
  }

  /**
   * Lets `free` free the runs of all owners that have ended, and removes the locks of those.
   *
   * @param free a transaction
   */
  tidy<T>(free: () => T): T {
    // Whose lock is free before has no runs afterwards. One who ends meanwhile may have some.
    const names = listFreeLocks(this.db.name);
    const result = free();
    removeFreeLocks(this.db.name, names);
    return result;
  }

  /** Gives the lock back. Runs that could not be freed stay those of a process that has ended. */
  close(): void {
    const query = "SELECT count(*) FROM runs WHERE state = 'running' AND process_id = ?";
    let hasRuns = true;
    try {
      hasRuns = this.db.prepare<[number], number>(query).pluck().get(this.processId) !== 0;
    } finally {
      this.lock?.release(hasRuns);
    }
  }
}

function now(): string {
  return new Date().toISOString();
}
