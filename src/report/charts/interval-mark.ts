import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import { INK, TEXT } from './look.js';

/** Half of a cap's length, in the drawing's units. */
const CAP = 5;
const LABEL_GAP = 6;

/** An interval to be drawn as a bar with caps, and a text at its upper end. */
export interface IntervalMark {
  /** Where on the other axis: a number, or a category's index. */
  readonly at: number;
  readonly low: number;
  readonly high: number;
  readonly label: string;
}

/** A custom series of intervals along an axis: `x` for horizontal bars, `y` for vertical ones. */
export function describeIntervals(marks: readonly IntervalMark[], along: 'x' | 'y', color: string) {
  return {
    type: 'custom',
    silent: true,
    clip: false,
    // So that the axes reach around the intervals.
    encode: along === 'x' ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] },
    data: marks.map(({ at, low, high }) => [at, low, high]),
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const at = api.value(0);
      const [low, high] = [1, 2].map((i) =>
        api.coord(along === 'x' ? [api.value(i), at] : [at, api.value(i)]),
      ) as [number[], number[]];
      const [dx, dy] = along === 'x' ? [0, CAP] : [CAP, 0];
      const line = (from: readonly number[], to: readonly number[]) => ({
        type: 'line',
        shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
        style: { stroke: color, lineWidth: 1.5 },
      });
      const cap = ([x, y]: readonly number[]) => line([x! - dx, y! - dy], [x! + dx, y! + dy]);
      return {
        type: 'group',
        children: [
          line(low, high),
          cap(low),
          cap(high),
          {
            type: 'text',
            x: high[0]! + (along === 'x' ? LABEL_GAP : 0),
            y: high[1]! - (along === 'y' ? LABEL_GAP : 0),
            style: {
              text: marks[params.dataIndex]!.label,
              fill: INK,
              fontSize: TEXT.fontSize,
              fontFamily: TEXT.fontFamily,
              align: along === 'x' ? 'left' : 'center',
              verticalAlign: along === 'x' ? 'middle' : 'bottom',
            },
          },
        ],
      };
    },
  };
}
