import type Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import type { Dataset } from '../dataset/dataset.js';
import { withDatabaseErrors } from '../experiment/database-errors.js';
import { type GridPoint, resolvePoint } from '../experiment/grid.js';
import { addOverride, type Override } from '../experiment/overrides.js';
import { type LoadDataset, planSweep, type SweepPoint } from '../experiment/plan-sweep.js';
import type { NumericsChoice } from '../experiment/run-records.js';
import { readRunAtRest } from '../experiment/trial-records.js';
import { planNetwork } from '../network/plan.js';
import type { Plugins } from '../plugins/plugins.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import type { Facts } from './constraint.js';
import { formatSettings } from './format-settings.js';
import { factsOf, type Objective } from './objective.js';
import { listProbes } from './probes.js';
import { checkGivesUp } from './pruners/check-cohorts.js';
import type { SearchFile } from './search-file.js';
import type { Assignment } from './space.js';
import type { RunProgress, StudyHost, TrialPlan } from './trial.js';

/** What a network comes to. */
interface Size {
  readonly parameters: number;
  readonly multiplyAdds: number;
}

interface HostOptions {
  readonly file: SearchFile;
  /** Names the file in messages. */
  readonly where: string;
  /** They go over every trial. */
  readonly overrides: readonly Override[];
  readonly plugins: Plugins;
  readonly loadDataset: LoadDataset;
  /** Null where nothing is recorded. */
  readonly db: Database.Database | null;
  readonly numerics: NumericsChoice;
  /** Told of the runs of each trial, to refuse or warn. */
  readonly check?: (points: readonly SweepPoint[]) => void;
}

/** Makes runs of what a search chooses, and reads from a database what they have come to. */
export class TrialHost implements StudyHost<SweepPoint> {
  readonly #options: HostOptions;
  readonly #overrides: readonly Override[];
  readonly #seeds: readonly number[];
  /** By a run's identity. */
  readonly #sizes = new Map<string, Size>();
  /** In the first choice that was no spec. */
  #mistake: UserError | null = null;
  readonly #datasets = new Map<string, Dataset>();

  /** @throws UserError for an override of what the search chooses, and for a space in which something cannot be run */
  constructor(options: HostOptions) {
    const { file, overrides, where } = options;
    this.#options = options;
    for (const path of Object.keys(file.search.space.fieldsOf(listProbes(file.search.space)[0]!))) {
      const chosen = { text: `search.space.${path}`, path: path.split('.'), value: null };
      for (const override of overrides) addOverride([chosen], override);
    }
    const seedOf = overrides.find(({ path }) => path.join('.') === 'seed');
    this.#overrides = overrides.filter((override) => override !== seedOf);
    const first = readSeed(seedOf?.value ?? file.base.seed ?? 0, where);
    this.#seeds = Array.from({ length: file.search.seeds }, (_, i) => first + i);
    this.#lookOver();
  }

  async plan(chosen: Assignment, trial: number): Promise<TrialPlan<SweepPoint>> {
    const { plugins, file, check } = this.#options;
    const where = this.#nameTrial(chosen, trial);
    const planned = await planSweep(
      this.#expand(chosen, where, this.#seeds),
      (name) => this.#findDataset(name),
      plugins,
    );
    check?.(planned);
    const runs = planned.map((point) => ({ ...point, position: trial }));
    const { spec } = runs[0]!;
    for (const { metric } of file.search.objectives)
      checkMeasured(metric, runs[0]!, `${this.#options.where}: search.objective`);
    // Seeds are all that its runs differ in.
    const size = this.#measure(spec);
    for (const { identity } of runs) this.#sizes.set(identity, size);
    return { runs, epochs: spec.epochs, imagesPerEpoch: spec.trainCount - spec.validationCount };
  }

  isFeasible(chosen: Assignment): boolean {
    const { constraints } = this.#options.file.search;
    if (constraints.length === 0) return true;
    const facts = this.#findFacts(chosen);
    if (facts === null) return false;
    return constraints.every((constraint) => constraint.holds(facts) !== false);
  }

  whyNot(): string | null {
    return this.#mistake?.message ?? null;
  }

  readProgress({ identity }: SweepPoint): RunProgress | null {
    const { db, numerics, file } = this.#options;
    if (db === null) return null;
    const { objectives } = file.search;
    const [first] = objectives as [Objective, ...Objective[]];
    const column = factsOf(first.metric).ofEpochs ? first.metric : null;
    const run = withDatabaseErrors(db.name, () => readRunAtRest(db, identity, column, numerics));
    if (run === null) return null;
    const scoreOf = (figure: number | null, { sign }: Objective) =>
      figure === null ? Number.POSITIVE_INFINITY : sign * figure;
    const curve = run.curve.map((figure) => scoreOf(figure, first));
    // Its size would put it on the front of several objectives.
    if (run.state === 'diverged') return { curve, scores: objectives.map(() => Number.POSITIVE_INFINITY) };
    if (run.state !== 'done') return { curve, scores: null };
    const size = this.#sizes.get(identity)!;
    const figures: Readonly<Record<string, number | null>> = {
      ...run.final,
      parameters: size.parameters,
      multiply_adds: size.multiplyAdds,
    };
    return {
      curve,
      scores: objectives.map((objective) => scoreOf(figures[objective.metric] ?? null, objective)),
    };
  }

  async #findDataset(name: string): Promise<Dataset> {
    const dataset = this.#datasets.get(name) ?? (await this.#options.loadDataset(name));
    this.#datasets.set(name, dataset);
    return dataset;
  }

  /** Looks over a space before anything is trained: every option, and both ends of every range. */
  #lookOver(): void {
    const { file, where } = this.#options;
    const { space, constraints, pruner } = file.search;
    const known = listProbes(space).flatMap((probe) => {
      const facts = this.#findFacts(probe);
      return facts === null ? [] : [facts];
    });
    // What cannot be run may be what a constraint is there for.
    if (this.#mistake !== null && (constraints.length === 0 || known.length === 0)) throw this.#mistake;
    if (pruner !== null) {
      checkGivesUp(
        pruner,
        known.map(({ epochs }) => epochs),
      );
    }
    constraints.forEach((constraint, i) => {
      if (known.some((facts) => constraint.holds(facts) !== null)) return;
      throw new UserError(
        `${where}: search.constraints[${i}]: expected fields of a spec, 'parameters' or 'multiplyAdds', found one in "${constraint.text}" that no trial has. Correct it.`,
      );
    });
  }

  /** What constraints speak of; null for a choice that is no spec. */
  #findFacts(chosen: Assignment): (Facts & ResolvedRunSpec) | null {
    try {
      const [point] = this.#expand(chosen, this.#nameTrial(chosen, null), this.#seeds.slice(0, 1));
      const { spec } = point!;
      return { ...spec, ...this.#measure(spec) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#mistake ??= error;
      return null;
    }
  }

  /** One point for each seed. */
  #expand(chosen: Assignment, where: string, seeds: readonly number[]): GridPoint[] {
    const { file, plugins } = this.#options;
    const fields = file.search.space.fieldsOf(chosen);
    const place = [where, ...this.#overrides.map(({ text }) => text)].join(', ');
    return seeds.map((seed) => resolvePoint([file.base, fields, { seed }], place, this.#overrides, plugins));
  }

  #measure({ network, batchSize, slices }: ResolvedRunSpec): Size {
    const { layers } = this.#options.plugins;
    const plan = planNetwork(network, { batchSize, slices, training: true, kinds: layers });
    const multiplyAdds = plan.steps.reduce((sum, { layer }) => sum + layer.multiplyAddsPerImage, 0);
    return { parameters: plan.parameterCount, multiplyAdds };
  }

  #nameTrial(chosen: Assignment, trial: number | null): string {
    const { file, where } = this.#options;
    const settings = formatSettings(file.search.space.describe(chosen));
    return `${where}: ${trial === null ? '' : `trial ${trial}, `}${settings}`;
  }
}

function readSeed(written: unknown, where: string): number {
  if (Number.isSafeInteger(written) && (written as number) >= 0) return written as number;
  throw new UserError(
    `${where}: base.seed: expected a whole number from 0 up, found ${JSON.stringify(written)}. Correct it.`,
  );
}

function checkMeasured(metric: Objective['metric'], { spec, dataset }: SweepPoint, where: string): void {
  if (factsOf(metric).needsValidation && spec.validationCount === 0) {
    throw new UserError(
      `${where}: expected images for validation, on which ${metric} is measured, found none. Give base.validationCount, such as 5000.`,
    );
  }
  const ofClasses = metric.includes('error');
  const ofTargets = metric === 'test_rmse' || metric === 'test_r2';
  if ((ofClasses && dataset.targetNames) || (ofTargets && !dataset.targetNames)) {
    const kind = dataset.targetNames ? 'targets' : 'classes';
    throw new UserError(
      `${where}: expected a metric that ${dataset.name} has, whose images have ${kind}, found ${metric}. Take another one.`,
    );
  }
}
