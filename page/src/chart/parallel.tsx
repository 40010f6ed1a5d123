import { useRef, useState } from 'preact/hooks';
import { setParams, useAddress } from '../lib/router.js';
import { Scroll } from '../parts/data-table.js';
import { type Brushes, formatBrushes, isWithin, parseBrushes, setBrush } from './brush.js';
import type { FieldAxis } from './field-axis.js';
import { useWidth } from './use-width.js';
import './parallel.css';

/** What crosses all axes. */
export interface ParallelLine {
  readonly key: number;
  /** On each axis from 0 to 1; null where it has no value there. */
  readonly places: readonly (number | null)[];
  /** 0 for the worst to 1 for the best. */
  readonly grade: number;
  readonly text: string;
}

interface ParallelProps {
  /** What a line is: `setting`. */
  readonly noun: string;
  readonly axes: readonly FieldAxis[];
  readonly lines: readonly ParallelLine[];
}

const HEIGHT = 340;
const TOP = 44;
const BOTTOM = 22;
/** Axes closer than this cannot be read: then the chart scrolls. */
const LEAST_PIXELS = 130;
/** Of the strip along an axis that a hand draws on. */
const STRIP_PIXELS = 26;
/** What an arrow key moves. */
const KEY_STEP = 0.05;
/** More lines are a carpet; the best ones are drawn. */
const MOST_LINES = 1500;

const toY = (place: number) => HEIGHT - BOTTOM - place * (HEIGHT - BOTTOM - TOP);

/**
 * Parallel coordinates: each line one setting or trial. A stretch drawn along an axis leaves those that pass it; the address has it once a hand lets go, or
 * for each key.
 */
export function Parallel({ noun, axes, lines }: ParallelProps) {
  const brushes = parseBrushes(useAddress().params.brush);
  const { ref, width: room } = useWidth<HTMLDivElement>(720);
  const width = Math.max(room, axes.length * LEAST_PIXELS);
  const step = width / axes.length;
  const toX = (axis: number) => (axis + 0.5) * step;
  const indexOf = new Map(axes.map(({ name }, i) => [name, i]));
  // While a hand draws, nothing but this chart follows it.
  const [moving, setMoving] = useState<Brushes | null>(null);
  // A brush of an axis that is not there hides nothing.
  const known = Object.fromEntries(Object.entries(moving ?? brushes).filter(([name]) => indexOf.has(name)));
  const isChosen = ({ places }: ParallelLine) =>
    isWithin(known, (name) => places[indexOf.get(name)!] ?? null);
  const drawn = [...lines].sort((a, b) => b.grade - a.grade).slice(0, MOST_LINES);
  // The best lie on top.
  drawn.reverse();
  const label = `Parallel coordinates: a line for each ${noun}`;
  return (
    <div ref={ref}>
      <p class="faint">
        A line is a {noun}, from the best in blue to the worst in orange
        {lines.length > drawn.length && `; the best ${drawn.length} of ${lines.length} are drawn`}.{' '}
        <span class="hint">
          Draw along an axis to leave those that pass there; a click on it frees it. By keys: the ends of each
          axis are sliders.
        </span>
      </p>
      <Scroll label={label}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset holds no lines */}
        <svg class="parallel" width={width} height={HEIGHT} role="group" aria-label={label}>
          {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus, and the table below says it all */}
          <g aria-hidden="true">
            {drawn.map((line) => (
              <path
                key={line.key}
                class={isChosen(line) ? 'line chosen' : 'line'}
                d={drawLine(line, toX)}
                style={gradeStyle(line.grade)}
              >
                <title>{line.text}</title>
              </path>
            ))}
          </g>
          {axes.map((axis, i) => (
            <Axis
              key={axis.name}
              axis={axis}
              x={toX(i)}
              room={step}
              brush={known[axis.name] ?? [0, 1]}
              onMove={(low, high) => setMoving(setBrush(known, axis.name, low, high))}
              onBrush={(low, high) => {
                setMoving(null);
                const brush = formatBrushes(setBrush(known, axis.name, low, high));
                setParams({ brush }, { replace: true });
              }}
            />
          ))}
        </svg>
      </Scroll>
    </div>
  );
}

function gradeStyle(grade: number): { readonly stroke: string } {
  return { stroke: `color-mix(in srgb, var(--accent) ${Math.round(100 * grade)}%, var(--series-1))` };
}

function drawLine({ places }: ParallelLine, toX: (axis: number) => number): string {
  let pen = 'M';
  return places
    .map((place, i) => {
      if (place === null) {
        pen = 'M';
        return '';
      }
      const point = `${pen}${toX(i).toFixed(1)},${toY(place).toFixed(1)}`;
      pen = 'L';
      return point;
    })
    .join('');
}

interface AxisProps {
  readonly axis: FieldAxis;
  readonly x: number;
  /** Pixels from axis to axis. */
  readonly room: number;
  readonly brush: readonly [number, number];
  readonly onMove: (low: number, high: number) => void;
  readonly onBrush: (low: number, high: number) => void;
}

function Axis({ axis, x, room, brush: [low, high], onMove, onBrush }: AxisProps) {
  const hand = useRef<Hand | null>(null);
  const placeOf = (event: PointerEvent) => {
    const { top } = (event.currentTarget as SVGElement).ownerSVGElement!.getBoundingClientRect();
    return Math.min(1, Math.max(0, (HEIGHT - BOTTOM - (event.clientY - top)) / (HEIGHT - BOTTOM - TOP)));
  };
  const isBrushed = low > 0 || high < 1;
  return (
    <g>
      <text class="title" x={x} y={14} text-anchor="middle">
        {cut(axis.label, room)}
        <title>{axis.label}</title>
      </text>
      <line class="axis" x1={x} x2={x} y1={toY(0)} y2={toY(1)} />
      {axis.ticks.map(({ at, label }) => (
        <text key={label} class="mark" x={x + 10} y={toY(at)} dy="0.32em">
          {cut(label, room)}
        </text>
      ))}
      {isBrushed && (
        <rect class="brush" x={x - 7} width={14} y={toY(high)} height={Math.max(1, toY(low) - toY(high))} />
      )}
      <rect
        class="strip"
        x={x - STRIP_PIXELS / 2}
        width={STRIP_PIXELS}
        y={TOP - 8}
        height={HEIGHT - BOTTOM - TOP + 16}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const place = placeOf(event);
          hand.current = { began: place, fixed: findFixedEnd(place, low, high) };
        }}
        onPointerMove={(event) => hand.current && onMove(hand.current.fixed, placeOf(event))}
        onPointerUp={(event) => {
          if (hand.current === null) return;
          const [{ began, fixed }, place] = [hand.current, placeOf(event)];
          hand.current = null;
          // A click without a stretch frees the axis.
          if (Math.abs(place - began) < LEAST_STRETCH) onBrush(0, 1);
          else onBrush(fixed, place);
        }}
        onPointerCancel={() => {
          if (hand.current !== null) onBrush(low, high);
          hand.current = null;
        }}
        data-axis={axis.name}
      />
      <Handle
        axis={axis}
        x={x}
        end="from"
        place={low}
        onMove={(place) => onBrush(Math.min(place, high), high)}
      />
      <Handle
        axis={axis}
        x={x}
        end="to"
        place={high}
        onMove={(place) => onBrush(low, Math.max(place, low))}
      />
    </g>
  );
}

/** A hand that draws along an axis: where it began, and the end of the stretch that stays. */
interface Hand {
  readonly began: number;
  readonly fixed: number;
}

const LEAST_STRETCH = 0.01;
/** So close to an end of the brush a hand takes hold of it. */
const GRIP = 0.05;

function findFixedEnd(place: number, low: number, high: number): number {
  if (Math.abs(place - low) <= GRIP) return high;
  return Math.abs(place - high) <= GRIP ? low : place;
}

interface HandleProps {
  readonly axis: FieldAxis;
  readonly x: number;
  readonly end: 'from' | 'to';
  readonly place: number;
  readonly onMove: (place: number) => void;
}

const MOVES: Readonly<Record<string, number>> = {
  ArrowUp: KEY_STEP,
  ArrowRight: KEY_STEP,
  ArrowDown: -KEY_STEP,
  ArrowLeft: -KEY_STEP,
  Home: -1,
  End: 1,
};

/** An end of a brush, which arrow keys move. */
function Handle({ axis, x, end, place, onMove }: HandleProps) {
  const y = toY(place) + (end === 'from' ? 5 : -5);
  const press = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    event.preventDefault();
    onMove(Math.min(1, Math.max(0, place + move)));
  };
  return (
    <path
      class="handle"
      d={end === 'from' ? `M${x - 7},${y + 4}h14l-7,-7z` : `M${x - 7},${y - 4}h14l-7,7z`}
      role="slider"
      // In SVG names of attributes are as they are written.
      tabindex={0}
      aria-label={`${axis.label}: ${end}`}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * place)}
      aria-valuetext={axis.describe(place)}
      onKeyDown={press}
    />
  );
}

/** Pixels of a letter, about. */
const LETTER = 6.8;

function cut(text: string, room: number): string {
  const most = Math.max(4, Math.floor(room / LETTER) - 2);
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
