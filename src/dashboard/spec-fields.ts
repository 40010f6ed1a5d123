import type Database from 'better-sqlite3';
import type { NetworkSpec } from '../network/spec.js';
import { findNetworkDifferences, formatNetworkFact } from '../report/network-differences.js';
import { untrimSpec } from '../run/spec.js';
import { RUNS_EACH } from './run-pieces.js';
import type { CellValue } from './run-rows.js';

/** Fields of a spec by their names. */
export type SpecFields = ReadonlyMap<string, CellValue>;

/** Runs whose specs differ in nothing but the seed. */
export interface SeedGroup {
  /** Of the first of its runs. */
  readonly run: number;
  readonly label: string;
  readonly network: NetworkSpec;
  /** All but seed and network. */
  readonly fields: SpecFields;
}

interface KnownSpec {
  readonly group: SeedGroup;
  readonly seed: number;
}

interface SpecRow {
  readonly run: number;
  readonly seed: number;
  readonly label: string;
  readonly dataset: string;
  /** JSON, like the network. */
  readonly fields: string;
  readonly network: string;
}

const SELECT_SPECS = `
  SELECT run_id AS run, seed, label, dataset_sha256 AS dataset, json_remove(spec, '$.network', '$.seed') AS fields, spec -> '$.network' AS network
  FROM runs WHERE run_id > ? ORDER BY run_id LIMIT ${RUNS_EACH}`;

/**
 * The specs of a database's runs, each read once: a run's spec never changes, and numbers are not given twice. What runs have in common is kept
 * once.
 */
export class SpecShelf {
  readonly #known = new Map<number, KnownSpec>();
  #last = 0;
  readonly #networks = new Map<string, NetworkSpec>();
  readonly #groups = new Map<string, SeedGroup>();
  /** Which facts tell networks apart whose labels are equal. */
  #facts: readonly string[] = [];
  /** Networks that there were when these were found. */
  #compared = 0;
  readonly #told = new Map<NetworkSpec, SpecFields>();

  constructor(private readonly db: Database.Database) {}

  /** Reads the specs of all runs that came since, and finds what tells networks apart whose labels are equal. */
  learn(): void {
    const statement = this.db.prepare<[number], SpecRow>(SELECT_SPECS);
    let rows: SpecRow[];
    do {
      rows = statement.all(this.#last);
      for (const row of rows) this.#known.set(row.run, { group: this.#findGroup(row), seed: row.seed });
      this.#last = rows.at(-1)?.run ?? this.#last;
    } while (rows.length === RUNS_EACH);
    this.#compareNetworks();
  }

  /** What `learn` has read of a run. */
  find(run: number): KnownSpec | undefined {
    return this.#known.get(run);
  }

  /** What tells a network from others that have its label: `network.conv1.filters`. */
  tellNetwork(network: NetworkSpec): SpecFields {
    let told = this.#told.get(network);
    if (told === undefined) {
      told = new Map(this.#facts.map((fact) => [nameFact(fact), formatNetworkFact(network, fact)]));
      this.#told.set(network, told);
    }
    return told;
  }

  #compareNetworks(): void {
    if (this.#networks.size === this.#compared) return;
    this.#compared = this.#networks.size;
    this.#facts = findNetworkDifferences([...this.#groups.values()]);
    this.#told.clear();
  }

  #findGroup({ run, label, dataset, fields, network: networkText }: SpecRow): SeedGroup {
    const key = `${dataset}${fields}${networkText}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      const network = this.#networks.get(networkText) ?? (JSON.parse(networkText) as NetworkSpec);
      this.#networks.set(networkText, network);
      group = { run, label, network, fields: listFields(JSON.parse(fields)) };
      this.#groups.set(key, group);
    }
    return group;
  }
}

function nameFact(fact: string): string {
  return `network.${fact.replaceAll(' ', '.')}`;
}

function listFields(recorded: Readonly<Record<string, unknown>>): SpecFields {
  const fields = new Map<string, CellValue>();
  for (const [key, value] of Object.entries(untrimSpec(recorded))) addLeaves(fields, key, value);
  return fields;
}

/** The leaves of a field: `learningRate.rate`. A list is one leaf, as JSON. */
function addLeaves(fields: Map<string, CellValue>, path: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) addLeaves(fields, `${path}.${key}`, inner);
  } else {
    const isCell = typeof value === 'number' || typeof value === 'string' || value === null;
    fields.set(path, isCell ? value : JSON.stringify(value));
  }
}
