import type { ComponentChildren } from 'preact';
import type { Tick } from './scale.js';
import { useWidth } from './use-width.js';
import './chart.css';

/** An axis of a chart: its title, and marks at places from 0 to 1. */
export interface FrameAxis {
  readonly title: string;
  readonly ticks: readonly (Tick & { readonly at: number })[];
}

/** Turns places from 0 to 1 into pixels. */
export interface Plane {
  readonly toX: (place: number) => number;
  readonly toY: (place: number) => number;
}

interface FrameProps {
  /** What it shows, in words. */
  readonly label: string;
  readonly x: FrameAxis;
  readonly y: FrameAxis;
  readonly children: (plane: Plane) => ComponentChildren;
}

const HEIGHT = 360;
const MARGIN = { top: 26, right: 16, bottom: 46, left: 54 };
/** What stands at an end of the x axis is not to touch the frame. */
const INSET = 22;
/** Pixels that a mark's label needs below the axis. */
const LABEL_PIXELS = 52;

/** A plane with two axes, as wide as the page lets it be. */
export function Frame({ label, x, y, children }: FrameProps) {
  const { ref, width } = useWidth<HTMLElement>(720);
  const [right, bottom] = [Math.max(width, 240) - MARGIN.right, HEIGHT - MARGIN.bottom];
  const toX = (place: number) => MARGIN.left + INSET + place * (right - MARGIN.left - 2 * INSET);
  const toY = (place: number) => bottom - place * (bottom - MARGIN.top);
  const each = Math.ceil((x.ticks.length * LABEL_PIXELS) / (right - MARGIN.left));
  return (
    <figure class="chart" ref={ref}>
      <svg role="img" aria-label={label} width={Math.max(width, 240)} height={HEIGHT}>
        <text class="title" x={0} y={14}>
          {y.title}
        </text>
        {y.ticks.map(({ at, label: text }) => (
          <g key={text}>
            <line class="grid" x1={MARGIN.left} x2={right} y1={toY(at)} y2={toY(at)} />
            <text class="mark" x={MARGIN.left - 8} y={toY(at)} dy="0.32em" text-anchor="end">
              {text}
            </text>
          </g>
        ))}
        <line class="axis" x1={MARGIN.left} x2={right} y1={bottom} y2={bottom} />
        {x.ticks.map(({ at, label: text }, i) => (
          <g key={`${i} ${text}`}>
            <line class="axis" x1={toX(at)} x2={toX(at)} y1={bottom} y2={bottom + 4} />
            {i % each === 0 && (
              <text class="mark" x={toX(at)} y={bottom + 18} text-anchor="middle">
                {text}
              </text>
            )}
          </g>
        ))}
        <text class="title" x={right} y={HEIGHT - 6} text-anchor="end">
          {x.title}
        </text>
        {children({ toX, toY })}
      </svg>
    </figure>
  );
}

/** What the colours of a chart stand for. */
export function Legend({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
  return (
    <ul class="legend" aria-label={title}>
      <li class="faint" aria-hidden="true">
        {title}
      </li>
      {names.map((name, i) => (
        <li key={name}>
          <span class={`swatch series-${i % SERIES}`} aria-hidden="true" />
          {name}
        </li>
      ))}
    </ul>
  );
}

/** Colours that are told apart, also by most who see colours otherwise. */
export const SERIES = 8;
