/** A question that is asked often. */
export interface Question {
  readonly title: string;
  readonly sql: string;
}

/** Ready to be asked, or to begin one's own with. */
export const QUESTIONS: readonly Question[] = [
  {
    title: 'Which settings win, over seeds?',
    sql: `SELECT sweep, settings, n, round(mean_error_percent, 3) AS mean, round(sd_error_percent, 3) AS sd,
  min_error_percent AS least, max_error_percent AS greatest
FROM error_by_group
ORDER BY mean_error_percent`,
  },
  {
    title: 'Which width wins?',
    sql: `SELECT sweep, width, sum(n) AS runs, round(sum(n * mean_error_percent) / sum(n), 3) AS mean,
  round(min(min_error_percent), 3) AS best
FROM error_by_group
GROUP BY sweep, width
ORDER BY mean`,
  },
  {
    title: 'What runs now, and how far is it?',
    sql: `SELECT run_id, sweep, label, seed, completed_epochs, epochs, test_error_percent, started_at
FROM all_runs
WHERE state = 'running'
ORDER BY started_at`,
  },
  {
    title: 'What went wrong?',
    sql: `SELECT run_id, sweep, label, seed, state, reason, finished_at
FROM all_runs
WHERE state IN ('failed', 'diverged', 'interrupted')
ORDER BY run_id DESC`,
  },
  {
    title: 'Which runs are best?',
    sql: `SELECT run_id, sweep, label, seed, test_error_percent, validation_error_percent, parameters, round(seconds, 1) AS seconds
FROM results
ORDER BY test_error_percent
LIMIT 20`,
  },
  {
    title: 'Which classes are hard?',
    sql: `SELECT label AS class, sum(images) AS images, sum(errors) AS errors, round(100.0 * sum(errors) / sum(images), 3) AS error_percent
FROM class_errors
GROUP BY label
ORDER BY error_percent DESC`,
  },
  {
    title: 'Which test images does every run get wrong?',
    sql: `SELECT example, label, count(*) AS runs, sum(predicted <> label) AS wrong, group_concat(DISTINCT predicted) AS taken_for
FROM test_predictions
WHERE run_id IN (SELECT run_id FROM results ORDER BY test_error_percent LIMIT 5)
GROUP BY example, label
HAVING wrong = runs
ORDER BY example`,
  },
  {
    title: 'What does a vote over seeds gain?',
    sql: `SELECT sweep, settings, n, round(vote_error_percent, 3) AS vote, round(mean_error_percent, 3) AS mean,
  round(min_error_percent, 3) AS best_alone
FROM votes
ORDER BY vote`,
  },
  {
    title: 'When was each run at its best?',
    sql: `SELECT run_id, epoch, test_error_percent, last.epochs AS of_epochs
FROM learning_curves JOIN (SELECT run_id, max(epoch) AS epochs, min(test_error_percent) AS least FROM learning_curves GROUP BY run_id) AS last USING (run_id)
WHERE test_error_percent = least
ORDER BY test_error_percent`,
  },
  {
    title: 'Where did the time go?',
    sql: `SELECT sweep, model, width, count(*) AS runs, round(sum(seconds) / 3600, 2) AS hours, round(avg(images_per_second)) AS images_per_second
FROM results
GROUP BY sweep, model, width
ORDER BY hours DESC`,
  },
];
