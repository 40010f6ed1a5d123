import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { SharedFolder } from '../../src/remote/shared-folder.js';
import { writeSubmission } from '../../src/remote/slurm/submission.js';
import { makeFolder } from '../experiment/fake-runs.js';

it('leaves nothing of a submission that cannot be written', async () => {
  const shared = new SharedFolder(makeFolder());
  const written = writeSubmission(shared, {
    ...{ sweep: 'test', tasks: [], pointsPerTask: 1 },
    command: () => {
      throw new UserError('the disk is full');
    },
  });
  await expect(written).rejects.toThrow('the disk is full');
  expect(readdirSync(shared.submissions)).toEqual([]);
});
