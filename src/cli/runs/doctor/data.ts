import { UserError } from '../../../core/errors.js';
import { loadDataset } from '../../../dataset/load.js';
import { withDatabaseErrors } from '../../../experiment/database-errors.js';
import type { Check, Finding } from './finding.js';

interface RecordedData {
  readonly name: string;
  readonly sha256s: string;
}

/** Data sets that runs were made with, and that are missing here or have changed. */
export const dataCheck: Check = {
  name: 'data',
  ok: 'the data sets of all runs are here as they were',
  async find(db) {
    const query = `
      SELECT spec ->> '$.dataset' AS name, json_group_array(DISTINCT dataset_sha256) AS sha256s
      FROM kept_runs GROUP BY name ORDER BY name`;
    const recorded = withDatabaseErrors(db.name, () => db.prepare<[], RecordedData>(query).all());
    const findings: Finding[] = [];
    for (const data of recorded) findings.push(...(await findChange(data)));
    return findings;
  },
};

async function findChange({ name, sha256s }: RecordedData): Promise<Finding[]> {
  const why = 'its runs can be read, but not verified, and points of theirs are taken for new ones';
  try {
    const { sha256 } = await loadDataset(name);
    const others = (JSON.parse(sha256s) as string[]).filter((other) => other !== sha256);
    if (others.length === 0) return [];
    const what = `The data set ${name} is not the one of all runs (SHA-256 ${sha256} here, ${others.join(', ')} there): ${why}.`;
    return [{ isWrong: false, what, mend: `Compare it with what is published: data verify ${name}.` }];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      {
        isWrong: false,
        what: `The data set ${name} is not to be had here, so that its runs cannot be verified.`,
        mend: error.message,
      },
    ];
  }
}
