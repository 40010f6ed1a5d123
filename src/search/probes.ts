import { countNumbers, numberAt, numberWithin } from './domain.js';
import type { Assignment, Parameter, Space } from './space.js';

/** Trials that show what a space holds: one in its middle, and for each option of a choice and each end of a range one that has it. */
export function listProbes(space: Space): readonly Assignment[] {
  const probes = [probe(space, new Map())];
  for (const parameter of space.parameters) {
    for (const number of listExtremes(parameter)) {
      probes.push(probe(space, new Map([...requirementsOf(space, parameter), [parameter.name, number]])));
    }
  }
  return probes;
}

function probe(space: Space, wanted: ReadonlyMap<string, number>): Assignment {
  return space.assign(({ name, domain }) => wanted.get(name) ?? numberWithin(domain, 0.5));
}

function listExtremes({ domain }: Parameter): readonly number[] {
  if (domain.kind === 'choice') return Array.from({ length: domain.count }, (_, option) => option);
  if (domain.kind === 'real') return [domain.low, domain.high];
  return [numberAt(domain, 0), numberAt(domain, countNumbers(domain) - 1)];
}

/** The options without which a trial does not have the parameter. */
function requirementsOf(space: Space, { condition }: Parameter): [string, number][] {
  if (condition === null) return [];
  const parent = space.parameters.find(({ name }) => name === condition.name)!;
  return [...requirementsOf(space, parent), [condition.name, condition.option]];
}
