import { Store } from '../../src/experiment/store.js';
import type { TrialRecord } from '../../src/experiment/trial-records.js';

const SPACE = {
  learningRate: { log: [0.001, 1] },
  optimizer: { choice: [{ kind: 'sgd' }, { kind: 'adamw' }] },
};

/** Records a search whose trials nobody has trained: the error grows with the rate, every fourth is given up, and the last one is under way. */
export function recordSearch(file: string, name: string, count: number): void {
  const store = Store.open(file);
  const trials = Array.from({ length: count }, (_, i): TrialRecord => {
    const learningRate = 10 ** (-3 * ((i * 0.618) % 1));
    const error = 5 + 20 * learningRate;
    const state = i === count - 1 ? 'running' : i % 4 === 3 ? 'pruned' : 'complete';
    return {
      trial: i + 1,
      state,
      settings: { learningRate, optimizer: { kind: i % 2 === 0 ? 'sgd' : 'adamw' } },
      epochs: state === 'pruned' ? 1 : 3,
      value: state === 'running' ? null : error,
      objectives: state === 'complete' ? [error] : null,
      identities: [],
    };
  });
  store.recordTrials({ name, title: null }, [], {
    search: { space: SPACE, trials: count },
    trials,
    pruned: [],
  });
  store.close();
}
