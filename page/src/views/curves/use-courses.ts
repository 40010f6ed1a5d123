import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { CurvesAnswer } from '../../../../src/dashboard/answers/curves.js';
import type { EpochsEvent } from '../../../../src/dashboard/run-changes.js';
import { useAnswer } from '../../lib/api.js';
import { live } from '../../lib/live.js';
import { CourseBook } from './course-book.js';

/** Courses of some runs. */
export interface Courses {
  /** Null until they are there. The same object is brought up to date. */
  readonly book: CourseBook | null;
  readonly missing: readonly number[];
  readonly error: string | null;
  /** Another one whenever a course has grown. */
  readonly revision: unknown;
}

/** Asks for the courses of some runs, and follows them. */
export function useCourses(runs: readonly number[]): Courses {
  const [again, askAgain] = useReducer((count: number) => count + 1, 0);
  const { answer, error } = useAnswer<CurvesAnswer>(
    runs.length === 0 ? null : 'curves',
    { runs: runs.join() },
    again,
  );
  const [revision, redraw] = useReducer((count: number) => count + 1, 0);
  const [book, setBook] = useState<CourseBook | null>(null);
  const current = useRef<{ book: CourseBook | null; waiting: EpochsEvent[] }>({ book: null, waiting: [] });
  useEffect(() => {
    if (answer === null) return;
    const made = new CourseBook(answer);
    live.resumeFrom(answer.version);
    // These came while the answer was under way; what is in it already changes nothing.
    for (const event of current.current.waiting.splice(0)) made.update(event);
    current.current.book = made;
    setBook(made);
  }, [answer]);
  useEffect(() => {
    const ends = [
      live.on('reload', () => askAgain(undefined)),
      live.on('epochs', (event: EpochsEvent) => {
        const { book: now, waiting } = current.current;
        if (now === null) waiting.push(event);
        else if (now.update(event)) redraw(undefined);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  return { book, missing: answer?.missing ?? [], error, revision };
}
