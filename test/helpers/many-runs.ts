import type Database from 'better-sqlite3';
import { openDatabase } from '../../src/experiment/database.js';
import { formatCanonicalJson, Identifier } from '../../src/experiment/identity.js';
import { labelRun } from '../../src/experiment/run-label.js';
import { type ResolvedRunSpec, resolveRunSpec, trimSpec } from '../../src/run/spec.js';

const SEEDS = 5;
const CHOICES = {
  width: [0.2, 0.4, 0.6, 0.8, 1],
  learningRate: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
  dropout: [0, 0.2, 0.5],
  batchSize: [50, 100, 200],
  weightDecay: [0, 0.0001, 0.0005, 0.001],
  trainCount: [10_000, 60_000],
};
const DATA = 'd'.repeat(64);
const STATES = ['diverged', 'interrupted', 'failed'];
/** Every so many runs one ended otherwise than as done. */
const OTHER_END = 97;

export interface ManyRunsOptions {
  readonly runs: number;
  readonly epochs?: number;
  /** Of the last runs so many are under way, after half of their epochs. Default: 0. */
  readonly running?: number;
}

/** Fills a new database with runs that nobody has trained: a sweep over widths, rates and so on with five seeds each, whose errors follow from them. */
export function writeManyRuns(file: string, { runs, epochs = 10, running = 0 }: ManyRunsOptions): void {
  const db = openDatabase(file);
  try {
    db.pragma('synchronous = OFF');
    db.transaction(() => {
      db.exec(`INSERT INTO processes (process_id, host, pid, start_marker, seen_at) VALUES (1, 'bench', 1, '', '2026-01-01T00:00:00.000Z');
        INSERT INTO sweeps (sweep_id, name, created_at) VALUES (1, 'many', '2026-01-01T00:00:00.000Z')`);
      const describe = rememberNetworks(epochs);
      const write = prepareRuns(db);
      for (let i = 0; i < runs; i++) write(i, describe(i), i >= runs - running);
    })();
  } finally {
    db.close();
  }
}

interface Described {
  readonly spec: ResolvedRunSpec;
  readonly identity: string;
}

/** Gives the specs of runs. What decides on the network is resolved once. */
function rememberNetworks(epochs: number): (i: number) => Described {
  const networks = new Map<string, ResolvedRunSpec>();
  const identifier = new Identifier();
  return (i) => {
    const { width, dropout, learningRate: rate, ...fields } = chooseSetting(Math.floor(i / SEEDS));
    const key = `${width} ${dropout}`;
    const base = networks.get(key) ?? resolveRunSpec({ model: 'SK', width, dropout, epochs });
    networks.set(key, base);
    const learningRate = { ...base.learningRate, rate } as ResolvedRunSpec['learningRate'];
    const spec = { ...base, ...fields, learningRate, seed: i % SEEDS };
    return { spec, identity: identifier.identify(spec, DATA) };
  };
}

function prepareRuns(db: Database.Database): (i: number, described: Described, isRunning: boolean) => void {
  const insert = db.prepare(
    `INSERT INTO runs (sweep_id, identity, dataset_sha256, spec, label, seed, state, process_id, environment, workers, queued_at, started_at,
       finished_at, parameters, weights_sha256, seconds, images_per_second, classes, numerics)
     VALUES (1, ?, '${DATA}', ?, ?, ?, ?, 1, '{"kernels":"avx512"}', 2, ?, ?, ?, 431080, ?, ?, 8000, 10, 3)`,
  );
  const writeEpoch = prepareEpochs(db);
  return (i, { spec, identity }, isRunning) => {
    const state = isRunning
      ? 'running'
      : i % OTHER_END === OTHER_END - 1
        ? STATES[i % STATES.length]!
        : 'done';
    const isOver = state === 'done' || state === 'diverged';
    const started = Date.UTC(2026, 0, 1) + i * 60_000;
    const time = (minutes: number) => new Date(started + minutes * 60_000).toISOString();
    const run = insert.run(
      identity,
      formatCanonicalJson(trimSpec(spec)),
      labelRun(spec),
      spec.seed,
      state,
      time(0),
      time(0),
      isRunning ? null : time(1),
      isOver ? 'f'.repeat(64) : null,
      isOver ? 20 + (i % 7) : null,
    );
    const { epochs, width } = spec;
    const rate = (spec.learningRate as { readonly rate: number }).rate;
    const done = isRunning ? Math.ceil(epochs / 2) : epochs;
    for (let epoch = 1; epoch <= done; epoch++) {
      const error = errorOf(width!, rate, noise(i * 31 + epoch)) * (1 + 6 / epoch);
      writeEpoch(Number(run.lastInsertRowid), epoch, error, rate);
    }
  };
}

/** Adds epochs as training does, by which the error of a run is that many percent. */
export function prepareEpochs(
  db: Database.Database,
): (run: number, epoch: number, error: number, rate?: number) => void {
  const insert = db.prepare(
    `INSERT INTO epochs (run_id, epoch, train_loss, train_error_percent, test_loss, test_error_percent, learning_rate, seconds, images_per_second)
     VALUES (?, ?, ?, ?, ?, ?, ?, 2, 8000)`,
  );
  return (run, epoch, error, rate = 0.001) =>
    insert.run(run, epoch, error / 40, error * 0.8, error / 30, error, rate);
}

function chooseSetting(number: number): Record<string, number> {
  let rest = number;
  return Object.fromEntries(
    Object.entries(CHOICES).map(([key, values]) => {
      const value = values[rest % values.length]!;
      rest = Math.floor(rest / values.length);
      return [key, value];
    }),
  );
}

/** Wider is better, and so is a rate near 0.003. */
function errorOf(width: number, rate: number, chance: number): number {
  return 1 + 1.5 * (1 - width) + 0.8 * Math.log10(rate / 0.003) ** 2 + 0.3 * chance;
}

/** From 0 to 1, the same for the same number. */
function noise(number: number): number {
  const x = Math.sin(number * 12.9898) * 43758.5453;
  return x - Math.floor(x);
}
