import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import {
  checkSweepOptions,
  type SweepContext,
  type SweepGridOptions,
  sweepOptionsSchema,
} from '../experiment/sweep-options.js';
import { expectFunction } from '../run/check-options.js';
import type { Search } from './search-file.js';
import type { SearchTrial } from './search-trial.js';

/** How a search goes on in a program. */
export interface SearchOptions extends Omit<SweepGridOptions, 'wait'> {
  /** Told of each trial that is complete or given up, in the order in which that is known; also of those that runs recorded before decide. */
  readonly onTrial?: (trial: SearchTrial) => unknown;
}

const WHERE = 'search: options';

const optionsSchema = sweepOptionsSchema.omit({ wait: true }).extend({
  onTrial: expectFunction(),
} satisfies Record<Exclude<keyof SearchOptions, keyof SweepGridOptions>, unknown>);

/** @throws UserError for an unknown option, one that is wrong, and a store that is for reading only */
export function parseSearchOptions(options: SearchOptions): SearchOptions {
  parseWith(optionsSchema, options, WHERE);
  checkSweepOptions(options, WHERE);
  return {
    ...options,
    ...(options.onEpoch && { onEpoch: refuseStop(options.onEpoch, 'onEpoch') }),
    ...(options.onStep && { onStep: refuseStop(options.onStep, 'onStep') }),
  };
}

/** Trials are to follow from the search alone. */
function refuseStop<Metrics>(
  ask: (metrics: Metrics, context: SweepContext) => unknown,
  name: string,
): (metrics: Metrics, context: SweepContext) => Promise<unknown> {
  return async (metrics, context) => {
    const answer = await ask(metrics, context);
    if (answer !== 'stop') return answer;
    throw new UserError(
      `${WHERE}: ${name}: expected runs to go on as the search says, found 'stop'. Give it a "pruner", or raise the signal.`,
    );
  };
}

/** @throws UserError for checkpoints with which a search cannot do what it has to */
export function checkCheckpoints({ checkpoints }: SearchOptions, { pruner }: Search): void {
  const refuse = (expected: string, found: string) => {
    throw new UserError(`${WHERE}: checkpoints: expected ${expected}, found ${found}. Leave it out.`);
  };
  if (checkpoints !== undefined && checkpoints !== false && checkpoints.untilEpoch !== undefined) {
    refuse('runs that come to their end, or as far as the pruner lets them', "'untilEpoch'");
  }
  if (pruner === null || checkpoints === undefined) return;
  const what = 'those from which trials go on that the pruner stops';
  if (checkpoints === false) refuse(what, 'false');
  else if (checkpoints.restart) refuse(what, "'restart'");
}
