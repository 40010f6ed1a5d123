import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Of a row, in pixels: what the style sheet says, too. */
export const ROW_PIXELS = 30;
/** So many rows come into view at once, so that not every pixel of a scroll draws anew. */
const STEP_ROWS = 6;
/** Rows above and below of what is in view, so that a short scroll shows no gap. */
const MARGIN_ROWS = 6;
/** On paper. More are no table to read. */
const PRINTED_ROWS = 500;

/** Which rows are drawn. */
export interface RowWindow {
  readonly from: number;
  readonly to: number;
}

/** Follows what part of a list of rows is in view of an element that scrolls. */
export function useRowWindow(scroller: RefObject<HTMLElement | null>, count: number): RowWindow {
  const [view, setView] = useState({ first: 0, shown: 40, isPrinted: false });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () =>
      setView((before) => {
        const first = Math.floor(element.scrollTop / ROW_PIXELS / STEP_ROWS) * STEP_ROWS;
        const shown = Math.ceil(element.clientHeight / ROW_PIXELS) + STEP_ROWS;
        return before.first === first && before.shown === shown ? before : { ...before, first, shown };
      });
    const print = (isPrinted: boolean) => () => setView((before) => ({ ...before, isPrinted }));
    const [begin, end] = [print(true), print(false)];
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    addEventListener('beforeprint', begin);
    addEventListener('afterprint', end);
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
      removeEventListener('beforeprint', begin);
      removeEventListener('afterprint', end);
    };
  }, [scroller]);
  if (view.isPrinted) return { from: 0, to: Math.min(count, PRINTED_ROWS) };
  const first = Math.min(view.first, count);
  return {
    from: Math.max(0, first - MARGIN_ROWS),
    to: Math.min(count, first + view.shown + MARGIN_ROWS),
  };
}
