import type { Setting } from '../../../../src/dashboard/grid/settings.js';
import type { CellValue } from '../../../../src/dashboard/run-rows.js';
import { type FieldAxis, formatLevel } from '../../chart/field-axis.js';
import { Captioned, Scroll } from '../../parts/data-table.js';
import { formatMeasure, type ShownMeasure } from './measure.js';
import './heat-map.css';

interface HeatMapProps {
  readonly settings: readonly Setting[];
  readonly x: FieldAxis;
  readonly y: FieldAxis;
  readonly measure: ShownMeasure;
}

/** The measure by two fields: a table, shaded by how good it is. */
export function HeatMap({ settings, x, y, measure }: HeatMapProps) {
  const meansAt = (column: CellValue, row: CellValue) =>
    settings
      .filter(({ values }) => values[x.name] === column && values[y.name] === row)
      .map(({ mean }) => mean);
  const meanAt = (column: CellValue, row: CellValue) => {
    const means = meansAt(column, row);
    return means.length === 0 ? null : means.reduce((sum, mean) => sum + mean, 0) / means.length;
  };
  const cells = y.levels.map((row) => x.levels.map((column) => meanAt(column, row)));
  const known = cells.flat().filter((cell) => cell !== null);
  const [least, greatest] = [Math.min(...known), Math.max(...known)];
  const gradeOf = (mean: number) => {
    const share = greatest === least ? 1 : (mean - least) / (greatest - least);
    return measure.sign === 1 ? 1 - share : share;
  };
  const isOverOthers = y.levels.some((row) => x.levels.some((column) => meansAt(column, row).length > 1));
  const caption = `${measure.label}, the stronger the better: ${y.label} down, ${x.label} across${
    isOverOthers ? '; a cell is the mean over the other fields' : ''
  }`;
  return (
    <Captioned caption={caption}>
      <Scroll label={`${measure.label} by ${y.label} and ${x.label}`}>
        <table class="heat-map">
          <caption class="hidden">{caption}</caption>
          <thead>
            <tr>
              <td />
              {x.levels.map((level) => (
                <th key={String(level)} scope="col" class="number">
                  {formatLevel(level)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {y.levels.map((level, row) => (
              <tr key={String(level)}>
                <th scope="row" class="number">
                  {formatLevel(level)}
                </th>
                {cells[row]!.map((mean, column) => (
                  <td key={column} class="number" style={mean === null ? {} : shadeBetter(gradeOf(mean))}>
                    {mean === null ? '' : formatMeasure(mean, measure)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Captioned>
  );
}

/** More would make the numbers hard to read. */
const GREATEST_PERCENT = 45;

function shadeBetter(grade: number): { readonly backgroundColor: string } {
  return {
    backgroundColor: `color-mix(in srgb, var(--accent) ${(GREATEST_PERCENT * grade).toFixed(1)}%, transparent)`,
  };
}
