import type Database from 'better-sqlite3';
import { UserError } from '../../core/errors.js';
import { withQuery } from '../../experiment/query.js';
import { VIEW_NAMES } from '../../experiment/view-rows.js';
import { ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS, HARMLESS_OPCODES } from './allowed.js';

/** An instruction of the program that SQLite makes of a statement, as EXPLAIN lists it. */
interface Instruction {
  readonly opcode: string;
  readonly p1: number;
  readonly p2: number;
  readonly p3: number;
  readonly p4: string | null;
  readonly p5: number;
}

/** Statements that read begin with one of these. Others may do something as soon as they are prepared, as some PRAGMAs do, EXPLAIN before them or not. */
const BEGINNING = /^(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:SELECT|WITH|VALUES)\b/i;
/** Of OpenRead: the root page is in a register, not in the instruction. */
const PAGE_IN_REGISTER = 0x10;
const MAIN = 0;

const MEND = `Ask the views ${VIEW_NAMES.join(', ')}, and what they are made of.`;

/**
 * Checks a statement before it runs, by the program that SQLite makes of it: that it reads what the documented views are made of and nothing else, by
 * functions that do nothing but compute. The package has no authorizer; this sees the same, after all views and tricks are resolved.
 *
 * @param db within a transaction that the statement runs in, too, so that the program is the same then
 * @throws UserError for what is not allowed, or wrong SQL
 */
export function checkProgram(db: Database.Database, sql: string): void {
  if (!BEGINNING.test(sql)) {
    throw new UserError(
      'sql: expected a statement that reads, found another one. Begin with SELECT, WITH or VALUES.',
    );
  }
  // Two statements are refused here, too.
  withQuery(db, sql, 'sql', () => {});
  const readable = findReadablePages(db);
  const tableFunctions = findTableFunctions(db);
  for (const instruction of explain(db, sql)) checkInstruction(db, instruction, readable, tableFunctions);
}

function checkInstruction(
  db: Database.Database,
  { opcode, p1, p2, p3, p4, p5 }: Instruction,
  readable: ReadonlySet<number>,
  tableFunctions: ReadonlySet<string | null>,
): void {
  switch (opcode) {
    case 'OpenRead':
    case 'ReopenIdx':
      if (p3 === MAIN && readable.has(p2) && (p5 & PAGE_IN_REGISTER) === 0) return;
      throw refuse(`the table ${p3 === MAIN ? nameTable(db, p2) : 'of another database'}`);
    case 'VOpen':
      if (tableFunctions.has(p4)) return;
      throw refuse(`a table that is a function and none of ${ALLOWED_TABLE_FUNCTIONS.join(', ')}`);
    case 'Function':
    case 'PureFunc':
    case 'AggStep':
    case 'AggStep1':
    case 'AggInverse':
    case 'AggValue':
    case 'AggFinal': {
      const name = p4?.replace(/\(-?\d+\)$/, '') ?? '';
      if (ALLOWED_FUNCTIONS.has(name)) return;
      throw refuse(`the function ${name}`);
    }
    case 'Transaction':
      if (p1 === MAIN && p2 === 0) return;
      break;
    default:
      if (HARMLESS_OPCODES.has(opcode)) return;
  }
  throw refuse(`a statement that needs SQLite's ${opcode}`);
}

/** The root pages of all tables that the documented views read, and of these tables' indices. */
function findReadablePages(db: Database.Database): ReadonlySet<number> {
  const read = VIEW_NAMES.flatMap((view) => explain(db, `SELECT * FROM ${view}`))
    .filter(({ opcode }) => opcode === 'OpenRead')
    .map(({ p2 }) => p2);
  const tables = db.prepare<[], { page: number; name: string }>(
    'SELECT rootpage AS page, tbl_name AS name FROM sqlite_schema WHERE rootpage > 0',
  );
  const all = tables.all();
  const names = new Set(all.filter(({ page }) => read.includes(page)).map(({ name }) => name));
  return new Set(all.filter(({ name }) => names.has(name)).map(({ page }) => page));
}

/** How EXPLAIN names the tables that are functions: by where they are in memory, on this connection. */
function findTableFunctions(db: Database.Database): ReadonlySet<string | null> {
  const opened = ALLOWED_TABLE_FUNCTIONS.flatMap((name) => explain(db, `SELECT * FROM ${name}('[]')`));
  return new Set(opened.filter(({ opcode }) => opcode === 'VOpen').map(({ p4 }) => p4));
}

function nameTable(db: Database.Database, page: number): string {
  if (page === 1) return 'sqlite_schema';
  const found = db.prepare<[number], string>('SELECT tbl_name FROM sqlite_schema WHERE rootpage = ?').pluck();
  return found.get(page) ?? `at page ${page}`;
}

function explain(db: Database.Database, sql: string): Instruction[] {
  return db.prepare<[], Instruction>(`EXPLAIN ${sql}`).all();
}

function refuse(what: string): UserError {
  return new UserError(`sql: expected only what is documented, found ${what}. ${MEND}`);
}
