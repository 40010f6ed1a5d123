import { readSql } from '../../experiment/schema.js';
import { VIEW_COLUMNS, VIEW_NAMES } from '../../experiment/view-rows.js';
import type { Answer } from '../answer.js';

/** What is sent to `/api/sql`. */
export interface SqlRequest {
  readonly sql: string;
  /** `table` for the page; the others are files, which are whole or refused. */
  readonly format: 'table' | 'csv' | 'json';
}

/** Its answer as a table. */
export interface SqlAnswer {
  readonly titles: readonly string[];
  /** Integers beyond 2^53 and infinities are texts, bytes their hexadecimal digits, long texts end in dots and their length. */
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Whether there are more rows than these. */
  readonly isCut: boolean;
  readonly seconds: number;
}

/** `/api/views`: one that can be asked. */
export interface ViewAnswer {
  readonly name: string;
  /** What its rows are. */
  readonly text: string;
  readonly columns: readonly string[];
}

/** The documented views, with what `views.sql` says of them. */
export const viewsAnswer: Answer = {
  path: 'views',
  answer: (): ViewAnswer[] => {
    const comments = [...readSql('views.sql').matchAll(/((?:^-- .*\n)+)DROP VIEW IF EXISTS (\w+);/gm)];
    const texts = new Map(
      comments.map(([, comment, name]) => [
        name,
        comment!.replaceAll(/^-- /gm, '').replaceAll('\n', ' ').trim(),
      ]),
    );
    return VIEW_NAMES.map((name) => ({
      name,
      text: texts.get(name) ?? '',
      columns: Object.keys(VIEW_COLUMNS[name]),
    }));
  },
};
