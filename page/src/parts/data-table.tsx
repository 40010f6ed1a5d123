import type { ComponentChildren } from 'preact';
import './data-table.css';

/** A column of a table. */
export interface TableColumn {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right';
}

interface DataTableProps {
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  /** A cell for each column; the first one names the row. */
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** Default: false. */
  readonly hidesCaption?: boolean;
}

/** A table that scrolls by itself where it is wider than the page. */
export function DataTable({ caption, columns, rows, hidesCaption = false }: DataTableProps) {
  return (
    <Captioned caption={hidesCaption ? null : caption}>
      <Scroll label={caption}>
        <table class="data">
          <caption class="hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ title, align }, i) =>
                // A corner is no heading.
                title === '' ? (
                  <td key={i} />
                ) : (
                  <th key={i} scope="col" class={classOf(align)}>
                    {title}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, y) => (
              <tr key={y}>
                {row.map((cell, x) =>
                  x === 0 && cell !== '' ? (
                    <th key={x} scope="row" class={classOf(columns[x]?.align)}>
                      {cell}
                    </th>
                  ) : (
                    <td key={x} class={classOf(columns[x]?.align)}>
                      {cell}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Captioned>
  );
}

interface CaptionedProps {
  /** Null for what needs none to be understood. */
  readonly caption: string | null;
  readonly children: ComponentChildren;
}

/** A table's caption as wide as the text, not as the table, and standing still while that scrolls. The table itself has it for screen readers. */
export function Captioned({ caption, children }: CaptionedProps) {
  return (
    <>
      {caption !== null && (
        <p class="caption" aria-hidden="true">
          {caption}
        </p>
      )}
      {children}
    </>
  );
}

/** A region that scrolls sideways, by keys too. */
export function Scroll({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

function classOf(align: TableColumn['align']): string | undefined {
  return align === 'right' ? 'number' : undefined;
}
