import { useEffect, useReducer, useState } from 'preact/hooks';
import type { CurvesAnswer } from '../../../../src/dashboard/answers/curves.js';
import type { EpochsEvent } from '../../../../src/dashboard/run-changes.js';
import { useAnswer } from '../../lib/api.js';
import { Followed } from '../../lib/followed.js';
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
  const asked = runs.length === 0 ? null : runs.join();
  const { answer, error } = useAnswer<CurvesAnswer>(asked === null ? null : 'curves', { runs: asked }, again);
  const [revision, redraw] = useReducer((count: number) => count + 1, 0);
  const [courses] = useState(
    () => new Followed<CourseBook, EpochsEvent>((book, event) => book.update(event)),
  );
  useEffect(() => {
    if (asked !== null) courses.ask();
  }, [asked, again]);
  useEffect(() => {
    if (answer === null) return;
    live.resumeFrom(answer.version);
    courses.answer(new CourseBook(answer));
    redraw(undefined);
  }, [answer]);
  useEffect(() => {
    if (error !== null) courses.fail();
  }, [error]);
  useEffect(() => {
    const ends = [
      live.on('reload', () => askAgain(undefined)),
      live.on('epochs', (event: EpochsEvent) => {
        if (courses.change(event)) redraw(undefined);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  return { book: courses.model, missing: answer?.missing ?? [], error, revision };
}
