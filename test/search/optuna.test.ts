import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { cumulativeNormal } from '../../src/search/samplers/tpe/normal.js';
import { BENCH_FUNCTIONS, type BenchFunction } from './bench-functions.js';
import { median, sampler, searchFunction } from './search-function.js';

/** A Python that has optuna; without one there is nothing to compare with. It takes ten minutes. */
const PYTHON = process.env.CONVOY_OPTUNA_PYTHON;
const SEEDS = Array.from({ length: 30 }, (_, i) => i);
const TRIALS = 100;

describe.skipIf(!PYTHON)('after 100 trials from each of 30 seeds', () => {
  it('TPE is no worse than Optuna’s, by a rank test on each function', { timeout: 3_600_000 }, async () => {
    const optuna = new Optuna(PYTHON!);
    const rows: Record<string, unknown>[] = [];
    for (const bench of BENCH_FUNCTIONS) {
      const own = SEEDS.map((seed) => searchFunction(bench, { spec: sampler('tpe'), seed }) - bench.least);
      const random = SEEDS.map(
        (seed) => searchFunction(bench, { spec: sampler('random'), seed }) - bench.least,
      );
      const theirs: number[] = [];
      for (const seed of SEEDS) theirs.push((await optuna.search(bench, seed)) - bench.least);
      rows.push({
        function: bench.name,
        convoy: median(own),
        optuna: median(theirs),
        random: median(random),
        'p worse': testGreater(own, theirs),
        'p random': testGreater(random, own),
        'p random, optuna': testGreater(random, theirs),
      });
      console.table(rows.slice(-1));
    }
    optuna.close();
    console.table(rows);
    for (const row of rows) expect(row['p worse'], String(row.function)).toBeGreaterThan(0.05 / rows.length);
  });
});

/** Mann and Whitney's test: how likely the first are to be as much greater by chance, from the normal approximation. */
function testGreater(a: readonly number[], b: readonly number[]): number {
  let wins = 0;
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
  const [m, n] = [a.length, b.length];
  const deviation = Math.sqrt((m * n * (m + n + 1)) / 12);
  return Number(cumulativeNormal(-(wins - (m * n) / 2) / deviation).toPrecision(3));
}

class Optuna {
  readonly #child;
  readonly #lines;

  constructor(python: string) {
    const script = `${findPackageRoot()}/scripts/peer/optuna_search.py`;
    this.#child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async search({ space, compute }: BenchFunction, seed: number): Promise<number> {
    let best = Number.POSITIVE_INFINITY;
    let fields = await this.#ask({ space, seed, sampler: 'tpe' });
    for (let trial = 1; trial <= TRIALS; trial++) {
      const value = compute(fields);
      best = Math.min(best, value);
      fields = await this.#ask({ value });
    }
    return best;
  }

  async #ask(order: object): Promise<Readonly<Record<string, unknown>>> {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('optuna: its process has ended');
    return JSON.parse(value);
  }

  close(): void {
    this.#child.stdin.end();
  }
}
