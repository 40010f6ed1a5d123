import type { Chart } from '../charts/render.js';

/**
 * A report before it is written as HTML or Markdown. Texts are plain, but for `code` between backticks.
 */
export interface Document {
  readonly title: string;
  /** One line under the title. */
  readonly subtitle: string;
  /** What to mind before all else, which who writes the page tells as well; it stands in a section, too. */
  readonly notes?: readonly string[];
  readonly sections: readonly Section[];
}

export interface Section {
  /** Unique in the document; what links lead to. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  /** What the exercise asks. */
  | { readonly kind: 'question'; readonly text: string }
  /** What is missing, or to be minded. */
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | ({ readonly kind: 'table' } & Table)
  | { readonly kind: 'chart'; readonly chart: Chart }
  | ({ readonly kind: 'images' } & Images)
  | ({ readonly kind: 'picture' } & Picture);

export interface TableColumn {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align: 'left' | 'right';
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  /** One text for each column; the first names the row. */
  readonly rows: readonly (readonly string[])[];
  /** For each cell, how strongly it is shaded: 0 (not) to 1. */
  readonly shades?: readonly (readonly number[])[];
}

export interface Images {
  readonly caption: string;
  readonly items: readonly Image[];
}

export interface Image {
  /** A data URI; null where the picture is not at hand. */
  readonly source: string | null;
  /** What it shows, in words. */
  readonly text: string;
  /** Under the picture. */
  readonly label: string;
}

/** A file of its own beside the document. */
export interface Picture {
  /** Its name. */
  readonly file: string;
  readonly caption: string;
  readonly height: number;
  readonly width: number;
}

export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
export const warning = (text: string): Block => ({ kind: 'warning', text });
export const heading = (text: string): Block => ({ kind: 'heading', text });
