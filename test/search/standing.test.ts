import { describe, expect, it } from 'vitest';
import type { SweepPoint } from '../../src/experiment/plan-sweep.js';
import { parseSearch } from '../../src/search/search-file.js';
import { judgeTrials } from '../../src/search/standing.js';
import type { Trial } from '../../src/search/trial.js';

const { search } = parseSearch(
  { search: { trials: 2, space: { width: { values: [0.2, 1] } } } },
  'test',
  'test',
);

/** Two complete trials with the scores of their runs. */
function judge(...scores: readonly (readonly number[])[]) {
  const trials = scores.map((ofRuns, i) => {
    const runs = ofRuns.map((score, seed) => ({
      identity: `${i} ${seed}`,
      spec: { validationCount: 5000 },
      score,
    }));
    const mean = ofRuns.reduce((sum, score) => sum + score, 0) / ofRuns.length;
    return { number: i + 1, state: 'complete', scores: [mean], plan: { runs } };
  }) as unknown as Trial<SweepPoint>[];
  return judgeTrials(trials, search, {
    readProgress: (run) => ({ curve: [], scores: [(run as unknown as { score: number }).score] }),
  }).lead!;
}

describe('the uncertainty of a lead', () => {
  it("is half of Welch's interval over seeds", () => {
    // SciPy's stats.t.ppf(0.975, 2.9411764705882346) * sqrt(1/3 + 4/3).
    const { margin, uncertainty } = judge([1, 2, 3], [4, 6, 8]);
    expect(margin).toBe(4);
    expect(uncertainty).toBeCloseTo(4.1553995, 6);
  });

  it('is nothing where no seed makes a difference', () => {
    expect(judge([1, 1], [2, 2])).toMatchObject({ margin: 1, uncertainty: 0 });
  });

  it('comes with one seed from the images that the error is counted on', () => {
    expect(judge([1], [2]).uncertainty).toBeCloseTo(1.96 * Math.sqrt((1 * 99 + 2 * 98) / 5000), 4);
  });

  it('takes at least one image for wrong', () => {
    const { uncertainty } = judge([0], [0.02]);
    expect(uncertainty).toBeCloseTo(1.96 * Math.sqrt((2 + 2) / 5000), 4);
    expect(uncertainty).toBeGreaterThan(0.02);
  });
});
