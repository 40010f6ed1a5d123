import type { Command } from 'commander';
import { UserError } from '../../core/errors.js';
import { noteRun, tagRuns, untagRuns } from '../../experiment/curation.js';
import { findRunId, findRunIds } from './run-ids.js';
import type { Session } from './session.js';

/** Lists and queries part tags by spaces, and command lines by commas. */
const TAG = /^[^\s,\p{Cc}]{1,60}$/u;

/** `note` and `tag`: what a user says of runs. */
export function addRemarkCommands(program: Command, session: Session): void {
  const { out } = session.streams;
  program
    .command('note')
    .description('writes a note to a run, in place of the one that it has')
    .argument('<id>', "a run's number, or last")
    .argument('<text>', 'the note; an empty text takes it away')
    .action((id: string, text: string, _flags, command: Command) =>
      session.change(command, (db) => {
        const runId = findRunId(db, id, 'kept');
        const note = text.trim();
        noteRun(db, runId, note === '' ? null : note);
        out.write(note === '' ? `run ${runId} has no note any longer.\n` : `run ${runId}: ${note}\n`);
      }),
    );
  program
    .command('tag')
    .description('puts tags on a run, or on several: runs tag 3-8 baseline; ls --tag lists the runs of one')
    .argument('<ids>', 'a number, a range such as 3-8, last, or several parted by commas')
    .argument('<tags...>', 'words without spaces and commas')
    .option('--remove', 'takes them off')
    .action((ids: string, tags: string[], { remove }: { remove?: true }, command: Command) =>
      session.change(command, (db) => {
        for (const tag of tags) checkTag(tag);
        const runIds = findRunIds(db, ids.split(','), 'kept');
        (remove ? untagRuns : tagRuns)(db, runIds, tags);
        const done = remove ? 'no longer tagged' : 'tagged';
        out.write(`run ${runIds.join(', ')}: ${done} ${tags.join(', ')}\n`);
      }),
    );
}

function checkTag(tag: string): void {
  if (TAG.test(tag)) return;
  throw new UserError(
    `runs tag: expected a tag of up to 60 characters without spaces and commas, found '${tag}'. Words of one tag are joined by hyphens.`,
  );
}
