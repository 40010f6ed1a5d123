import { UserError } from '../core/errors.js';
import { type Domain, specValueOf } from './domain.js';

/** One thing that a search chooses. */
export interface Parameter {
  /** The field's path; inside an option of a choice with its number: `optimizer[0].momentum`. */
  readonly name: string;
  readonly domain: Domain;
  /** The option of another parameter without which there is none; null for one that every trial has. */
  readonly condition: Condition | null;
}

export interface Condition {
  readonly name: string;
  readonly option: number;
}

/** What a trial has chosen: a number for each parameter that it has, see Domain. */
export type Assignment = Readonly<Record<string, number>>;

/** A value of a spec in which parameters stand for what they choose. */
export type Template =
  | { readonly kind: 'fixed'; readonly value: unknown }
  | { readonly kind: 'parameter'; readonly parameter: Parameter; readonly options: readonly Template[] }
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, Template>> }
  | { readonly kind: 'list'; readonly items: readonly Template[] };

/** What a search chooses from. */
export class Space {
  /** Each behind the one on which it depends. */
  readonly parameters: readonly Parameter[];
  readonly #fields: ReadonlyMap<string, Template>;

  /** @param fields of a spec, by their paths */
  constructor(fields: ReadonlyMap<string, Template>) {
    this.#fields = fields;
    this.parameters = [...fields.values()].flatMap(listParameters);
  }

  /** Whether a trial that has chosen these has that parameter. */
  has({ condition }: Parameter, chosen: Assignment): boolean {
    return condition === null || chosen[condition.name] === condition.option;
  }

  /**
   * One number for each parameter that a trial has, one after another.
   *
   * @param choose is asked for each parameter, with what has been chosen before it
   */
  assign(choose: (parameter: Parameter, chosen: Assignment) => number): Assignment {
    const chosen: Record<string, number> = {};
    for (const parameter of this.parameters) {
      if (this.has(parameter, chosen)) chosen[parameter.name] = choose(parameter, chosen);
    }
    return chosen;
  }

  /** The fields of a spec that a trial sets, by their paths. */
  fieldsOf(chosen: Assignment): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...this.#fields].map(([path, template]) => [path, fill(template, chosen)]));
  }

  /** What a trial has chosen, as it is told: an option of a choice in its own words. */
  describe(chosen: Assignment): Readonly<Record<string, unknown>> {
    const told: Record<string, unknown> = {};
    for (const { parameter, options } of [...this.#fields.values()].flatMap(listChoices)) {
      const number = chosen[parameter.name];
      if (number === undefined) continue;
      const { domain } = parameter;
      told[parameter.name] =
        domain.kind === 'choice' ? outline(options[number]!) : specValueOf(domain, number);
    }
    return told;
  }
}

type Chosen = Extract<Template, { kind: 'parameter' }>;

function listChoices(template: Template): Chosen[] {
  if (template.kind === 'fixed') return [];
  if (template.kind === 'parameter') return [template, ...template.options.flatMap(listChoices)];
  const inside = template.kind === 'list' ? template.items : Object.values(template.fields);
  return inside.flatMap(listChoices);
}

function listParameters(template: Template): Parameter[] {
  return listChoices(template).map(({ parameter }) => parameter);
}

function fill(template: Template, chosen: Assignment): unknown {
  if (template.kind === 'fixed') return template.value;
  if (template.kind === 'list') return template.items.map((item) => fill(item, chosen));
  if (template.kind === 'fields') {
    return Object.fromEntries(
      Object.entries(template.fields).map(([key, field]) => [key, fill(field, chosen)]),
    );
  }
  const { parameter, options } = template;
  const number = chosen[parameter.name];
  if (number === undefined) throw new Error(`search: nothing was chosen for '${parameter.name}'`);
  return parameter.domain.kind === 'choice'
    ? fill(options[number]!, chosen)
    : specValueOf(parameter.domain, number);
}

/** An option without what is chosen inside it. */
function outline(template: Template): unknown {
  if (template.kind === 'fixed') return template.value;
  if (template.kind === 'parameter') return undefined;
  if (template.kind === 'list') return template.items.map(outline);
  return Object.fromEntries(
    Object.entries(template.fields)
      .map(([key, field]) => [key, outline(field)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** @throws UserError if nothing is left to choose */
export function checkChooses({ parameters }: Space, where: string): void {
  if (parameters.length > 0) return;
  throw new UserError(
    `${where}: expected at least one field to choose, found none. Give one, such as "learningRate": { "log": [0.001, 1] }.`,
  );
}
