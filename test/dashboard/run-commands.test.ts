import { describe, expect, it } from 'vitest';
import { listRunCommands } from '../../src/dashboard/run-commands.js';
import type { WholeRun } from '../../src/experiment/whole-run.js';

function list(state: WholeRun['state'], dataset = 'mnist') {
  const run = { runId: 3, state, sweep: 'widths', spec: { dataset } } as unknown as WholeRun;
  return listRunCommands(run, 'my.db', false);
}

describe('commands', () => {
  it.each(['running', 'queued'] as const)('that train a run are not offered while it is %s', (state) => {
    expect(list(state).map(({ command }) => /[/ ](\w+)(?:\.js)? /.exec(command)?.[1])).toEqual([
      'runs',
      'report',
    ]);
  });

  it('name the place of images of one’s own, which is not recorded', () => {
    const training = list('done', 'leaves').filter(({ command }) => / run-3\.json /.test(command));
    expect(training).toHaveLength(3);
    for (const { purpose, command } of training) {
      expect(command).toContain('run-3.json --data FOLDER ');
      expect(purpose).toContain('FOLDER stands for where its images (leaves) are');
    }
    expect(list('done', 'leaves').map(({ command }) => command)).not.toContainEqual(
      expect.stringContaining('verify'),
    );
    expect(list('interrupted', 'leaves')[0]).toMatchObject({
      purpose: expect.stringMatching(/^Continue/),
      command: expect.stringContaining('--data FOLDER'),
    });
    expect(list('done').map(({ command }) => command)).not.toContainEqual(expect.stringContaining('--data'));
  });
});
