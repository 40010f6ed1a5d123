import { FilterError, type FilterValue, type Operator } from './filter-terms.js';

/** `2026-11-29 14:30`, or less of it: a day, a month; without the year the day is of this one, as the table shows it. */
const WRITTEN = /^(?:(\d{4})(?:-(\d\d)(?:-(\d\d))?)?|(\d\d)-(\d\d))(?:[ T](\d\d(?::\d\d){0,2}))?$/;

/**
 * Times as the table shows them, by this reader's clock, and as exactly as they are asked for: `started>11-28` is from the 29th on, and
 * `started:11-01..11-28` has both days whole.
 *
 * @param name of the column, as it is written
 * @returns a test of a time in its ISO form
 * @throws FilterError for what is no time
 */
export function compileTime(operator: Operator, value: FilterValue, name: string): (iso: string) => boolean {
  const [first = '', last] = value.text.split('..');
  const isRange = last !== undefined && (operator === ':' || operator === '=' || operator === '!=');
  const read = (text: string) => readTime(text, { value, name, operator });
  if (isRange) {
    const from = first === '' ? '' : read(first);
    const to = last === '' ? '' : read(last);
    return (iso) => {
      const told = tellTime(iso);
      return told.slice(0, from.length) >= from && told.slice(0, to.length) <= to;
    };
  }
  const asked = read(value.text);
  return (iso) => {
    const told = tellTime(iso).slice(0, asked.length);
    switch (operator) {
      case '<':
        return told < asked;
      case '<=':
        return told <= asked;
      case '>':
        return told > asked;
      case '>=':
        return told >= asked;
      default:
        return told === asked;
    }
  };
}

/** `2026-11-29 14:30:05` of this reader's clock. */
function tellTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

function readTime(
  text: string,
  {
    value,
    name,
    operator,
  }: { readonly value: FilterValue; readonly name: string; readonly operator: Operator },
): string {
  const found = WRITTEN.exec(text.trim());
  const [, year, month, day, monthAlone, dayAlone, clock] = found ?? [];
  // A clock belongs to a day.
  if (!found || (clock !== undefined && day === undefined && dayAlone === undefined)) {
    throw new FilterError(
      `expected a time after ${name}${operator}, found '${value.text}'. Write ${name}>11-28, ${name}:2026-11-01..2026-11-28 or ${name}>"11-28 14:30".`,
      value.place,
    );
  }
  const date = year === undefined ? [new Date().getFullYear(), monthAlone, dayAlone] : [year, month, day];
  return `${date.filter((part) => part !== undefined).join('-')}${clock === undefined ? '' : ` ${clock}`}`;
}
