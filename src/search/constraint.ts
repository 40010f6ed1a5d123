import jsep from 'jsep';
import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { isReservedKey } from '../core/plain-data.js';

/** What a constraint speaks of: the fields of a spec, and what its network comes to. */
export type Facts = Readonly<Record<string, unknown>>;

/** A condition that a trial has to meet before it is trained. */
export interface Constraint {
  readonly text: string;
  /**
   * Whether it holds. One that speaks of a field which the trial does not have says nothing of it: null.
   *
   * @throws UserError where it computes with what is no number
   */
  holds(facts: Facts): boolean | null;
}

/** Longer ones are no conditions that a person has written. */
const MAX_CHARACTERS = 1000;

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};
const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
const EQUALITIES: Readonly<Record<string, boolean>> = { '==': true, '===': true, '!=': false, '!==': false };

/** The field is not there. */
class Absent {}

/**
 * Reads a condition such as `parameters <= 100000 && (width < 1 || epochs <= 5)`: comparisons (`< <= > >= == !=`) of numbers, words and fields,
 * with `+ - * / %`, joined by `&&`, `||` and `!`. A field is written as in a program: `network.layers[0].filters`.
 *
 * @param where names it in messages
 * @throws UserError if it is none
 */
export function parseConstraint(text: string, where: string): Constraint {
  if (text.trim() === '' || text.length > MAX_CHARACTERS) {
    throw new UserError(
      `${where}: expected a condition of at most ${MAX_CHARACTERS} characters such as "parameters <= 100000", found ` +
        `${text.trim() === '' ? 'nothing' : `${text.length}`}. Correct it.`,
    );
  }
  const expression = parse(text, where);
  checkExpression(expression, where);
  return {
    text,
    holds: (facts) => {
      try {
        const value = evaluate(expression, facts, where);
        if (typeof value === 'boolean') return value;
        throw new UserError(
          `${where}: expected a condition such as "parameters <= 100000", found ${describeValue(value)} for "${text}". Compare it.`,
        );
      } catch (error) {
        if (error instanceof Absent) return null;
        throw error;
      }
    },
  };
}

function parse(text: string, where: string): jsep.Expression {
  try {
    return jsep(text);
  } catch (error) {
    throw new UserError(
      `${where}: expected a condition such as "parameters <= 100000", found "${text}": ${(error as Error).message}. Correct it.`,
    );
  }
}

/** Of all that the parser knows, these have a meaning here. */
function checkExpression(expression: jsep.Expression, where: string): void {
  const { type } = expression;
  const operator = expression.operator as string | undefined;
  const isKnown =
    type === 'Identifier' ||
    (type === 'Literal' && !(expression.value instanceof RegExp)) ||
    type === 'MemberExpression' ||
    (type === 'UnaryExpression' && ['!', '-', '+'].includes(operator!)) ||
    (type === 'BinaryExpression' &&
      [ARITHMETIC, COMPARISONS, EQUALITIES, { '&&': 0, '||': 0 }].some((known) =>
        Object.hasOwn(known, operator!),
      ));
  if (!isKnown) {
    const found = operator === undefined ? `a ${type}` : `'${operator}'`;
    throw new UserError(
      `${where}: expected comparisons (< <= > >= == !=) of fields and numbers, with + - * / %, && || and !, found ${found}. Correct it.`,
    );
  }
  for (const part of partsOf(expression)) checkExpression(part, where);
}

function partsOf(expression: jsep.Expression): jsep.Expression[] {
  const { left, right, argument, object, property, computed } = expression;
  const parts = [left, right, argument, object, ...(computed ? [property] : [])];
  return parts.filter((part): part is jsep.Expression => part !== undefined);
}

function evaluate(expression: jsep.Expression, facts: Facts, where: string): unknown {
  const part = (name: string) => evaluate(expression[name] as jsep.Expression, facts, where);
  const numbers = (): [number, number] => [asNumber(part('left'), where), asNumber(part('right'), where)];
  const operator = expression.operator as string;
  switch (expression.type) {
    case 'Literal':
      return expression.value;
    case 'Identifier':
      return readField(facts, expression.name as string);
    case 'MemberExpression': {
      const key = expression.computed ? part('property') : (expression.property as jsep.Identifier).name;
      return readField(part('object'), String(key));
    }
    case 'UnaryExpression':
      if (operator === '!') return !asTruth(part('argument'), where);
      return operator === '-' ? -asNumber(part('argument'), where) : asNumber(part('argument'), where);
    default:
      if (operator === '&&') return asTruth(part('left'), where) && asTruth(part('right'), where);
      if (operator === '||') return asTruth(part('left'), where) || asTruth(part('right'), where);
      if (Object.hasOwn(EQUALITIES, operator))
        return (part('left') === part('right')) === EQUALITIES[operator];
      if (Object.hasOwn(COMPARISONS, operator)) return COMPARISONS[operator]!(...numbers());
      return ARITHMETIC[operator]!(...numbers());
  }
}

function readField(holder: unknown, key: string): unknown {
  const isThere =
    typeof holder === 'object' && holder !== null && !isReservedKey(key) && Object.hasOwn(holder, key);
  const value = isThere ? (holder as Record<string, unknown>)[key] : undefined;
  if (value === undefined) throw new Absent();
  return value;
}

function asNumber(value: unknown, where: string): number {
  if (typeof value === 'number') return value;
  throw new UserError(
    `${where}: expected a number on both sides, found ${describeValue(value)}. Compare with == or name a field that is a number.`,
  );
}

function asTruth(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new UserError(
    `${where}: expected conditions around && || and !, found ${describeValue(value)}. Compare it.`,
  );
}
