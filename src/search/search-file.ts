import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { checkPlainData } from '../core/plain-data.js';
import { checkFields } from '../experiment/grid.js';
import { readJsonFile } from '../experiment/json-file.js';
import type { Fields } from '../experiment/spec-path.js';
import { type Constraint, parseConstraint } from './constraint.js';
import { DEFAULT_METRIC, factsOf, type Objective, parseObjectives } from './objective.js';
import { parseSpace } from './parse-space.js';
import { type PrunerSpec, prunerSchema } from './pruners/pruner.js';
import { readSampler, type SamplerSpec, samplerSchema } from './samplers/registry.js';
import type { Space } from './space.js';

/** How trials are chosen, as it is written: a search is a pure function of it, and of what its trials come to. */
export interface Search {
  readonly sampler: SamplerSpec;
  /** Null without that limit. */
  readonly trials: number | null;
  /** Training images, over all trials; null without that limit. */
  readonly images: number | null;
  readonly seed: number;
  /** Trial k is chosen from the results of trials 1 to k − lag. */
  readonly lag: number;
  readonly space: Space;
  readonly constraints: readonly Constraint[];
  readonly objectives: readonly Objective[];
  /** Runs of each trial, whose mean counts. */
  readonly seeds: number;
  readonly pruner: PrunerSpec | null;
}

/** A sweep whose points a search chooses. */
export interface SearchFile {
  readonly name: string;
  /** The file that it has its name from, if it has none of its own. */
  readonly source?: string;
  readonly title?: string | undefined;
  readonly base: Fields;
  readonly search: Search;
  /** As it is written, for the record. */
  readonly written: Readonly<Record<string, unknown>>;
}

/** More trials than anybody runs; keeps a slip of the pen from filling the memory. */
export const MAX_TRIALS = 100_000;
const MAX_LAG = 1000;
const MAX_SEEDS = 100;

const searchSchema = z.strictObject({
  sampler: samplerSchema.default('tpe'),
  trials: z.int().min(1).max(MAX_TRIALS).optional(),
  images: z.int().min(1).optional(),
  seed: z.int().min(0).default(0),
  lag: z.int().min(1).max(MAX_LAG).default(4),
  space: z.record(z.string(), z.unknown()),
  constraints: z.array(z.string()).default([]),
  objective: z.union([z.string(), z.array(z.string()).min(1)]).default(DEFAULT_METRIC),
  seeds: z.int().min(1).max(MAX_SEEDS).default(1),
  pruner: prunerSchema.nullable().default(null),
});

const fileSchema = z.strictObject({
  name: z.string().min(1).optional(),
  title: z.string().optional(),
  base: z.record(z.string(), z.unknown()).default({}),
  search: searchSchema,
});

/** Whether a file's text is a search, so that another reader need not complain of it. */
export function isSearch(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'search');
}

/**
 * Reads a search from a JSON file. One without a name takes the file's.
 *
 * @throws UserError if the file is missing, is not JSON, or has an unknown or mistyped field
 */
export function readSearchFile(file: string): SearchFile {
  const value = readJsonFile(file, 'a search');
  const search = parseSearch(value, file, basename(file).replace(/\.json$/i, ''));
  const hasName = (value as { name?: unknown }).name !== undefined;
  return hasName ? search : { ...search, source: realpathSync(file) };
}

/**
 * Checks a search as JSON gives it.
 *
 * @param where names it in messages, for instance a file
 * @throws UserError for the first thing that is wrong, with its place
 */
export function parseSearch(value: unknown, where: string, defaultName: string): SearchFile {
  checkPlainData(value, where);
  const { name = defaultName, title, base, search } = parseWith(fileSchema, value, where);
  const { objective, sampler, space, constraints, trials = null, images = null, ...rest } = search;
  const place = `${where}: search`;
  checkFields(Object.keys(base), `${where}: base`);
  checkFields(Object.keys(space), `${place}.space`);
  checkIsFree(space, 'seed', `"seeds" says how many each trial has, from base.seed on`, place);
  const objectives = parseObjectives(
    typeof objective === 'string' ? [objective] : objective,
    `${place}.objective`,
  );
  const parsed: Search = {
    ...rest,
    trials,
    images,
    sampler: readSampler(sampler),
    space: parseSpace(space, `${place}.space`),
    constraints: constraints.map((text, i) => parseConstraint(text, `${place}.constraints[${i}]`)),
    objectives,
  };
  checkLimits(parsed, place);
  checkPruner(parsed, place);
  return {
    name,
    title,
    base,
    search: parsed,
    written: (value as { search: Readonly<Record<string, unknown>> }).search,
  };
}

/** What says on how many images a run trains. */
const IMAGE_FIELDS = [
  'dataset',
  'trainFirst',
  'trainCount',
  'balanced',
  'validationCount',
  'validationFraction',
] as const;

function checkIsFree(space: Fields, key: string, reason: string, where: string): void {
  const path = Object.keys(space).find((name) => name === key || name.startsWith(`${key}.`));
  if (path === undefined) return;
  throw new UserError(
    `${where}.space: expected another field than '${path}', since ${reason}. Leave it out.`,
  );
}

function checkLimits({ trials, images, sampler }: Search, where: string): void {
  if (trials !== null || images !== null || sampler.kind === 'grid') return;
  throw new UserError(
    `${where}: expected a limit, found none. Give "trials", or "images" to train on in all.`,
  );
}

function checkPruner({ pruner, objectives, images, space }: Search, where: string): void {
  if (pruner === null) return;
  const [first] = objectives;
  if (objectives.length > 1) {
    throw new UserError(
      `${where}: expected one objective with a pruner, found ${objectives.length}. Leave the pruner out, or all but one.`,
    );
  }
  if (!factsOf(first!.metric).ofEpochs) {
    throw new UserError(
      `${where}: expected an objective that is measured after each epoch with a pruner, found ${first!.metric}. Take another one.`,
    );
  }
  if (pruner.kind === 'median') return;
  checkIsFixed(
    space,
    ['epochs'],
    `${pruner.kind} gives trials of as many epochs in turn more of them`,
    where,
  );
  if (images === null) return;
  checkIsFixed(
    space,
    IMAGE_FIELDS,
    `"images" counts what a cohort of ${pruner.kind} will take before it begins`,
    where,
  );
}

function checkIsFixed({ parameters }: Space, keys: readonly string[], reason: string, where: string): void {
  const chosen = parameters.find(({ name }) => keys.includes(name.split(/[.[]/)[0]!));
  if (chosen === undefined) return;
  throw new UserError(
    `${where}.space: expected another field to choose than '${chosen.name}', since ${reason}. Fix it.`,
  );
}
