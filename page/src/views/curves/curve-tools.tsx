import type { ComponentChildren } from 'preact';
import { ABSCISSAS, type CurveState, type ImageSet, type Quantity } from './curve-state.js';

interface CurveToolsProps {
  readonly state: CurveState;
  readonly quantity: Quantity;
  readonly quantities: readonly Quantity[];
  /** Sets of images that the runs have the quantity for. */
  readonly sets: readonly ImageSet[];
  readonly onChange: (changed: Partial<CurveState>) => void;
}

const X_NAMES = { epoch: 'epoch', step: 'step', time: 'time' } as const;

/** What is drawn, and how. */
export function CurveTools({ state, quantity, quantities, sets, onChange }: CurveToolsProps) {
  const { isLogX, isLogY } = state;
  return (
    <div class="tools">
      <label>
        Draw{' '}
        <select value={quantity.name} onChange={(event) => onChange({ quantity: event.currentTarget.value })}>
          {quantities.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        by{' '}
        <select
          value={state.x}
          // A part of one axis is none of another.
          onChange={(event) => onChange({ x: event.currentTarget.value as CurveState['x'], zoom: null })}
        >
          {ABSCISSAS.map((name) => (
            <option key={name} value={name}>
              {X_NAMES[name]}
            </option>
          ))}
        </select>
      </label>
      {sets.length > 1 && (
        <fieldset>
          <legend class="hidden">Images</legend>
          {sets.map((set) => (
            <Check
              key={set}
              isOn={state.sets.includes(set)}
              onTurn={(isOn) =>
                onChange({ sets: isOn ? [...state.sets, set] : state.sets.filter((other) => other !== set) })
              }
            >
              {set}
            </Check>
          ))}
        </fieldset>
      )}
      <Check isOn={state.isOverSeeds} onTurn={(isOverSeeds) => onChange({ isOverSeeds })}>
        mean over seeds
      </Check>
      <Check isOn={isLogX} onTurn={(isOn) => onChange({ isLogX: isOn, isLogY, zoom: null })}>
        log x
      </Check>
      <Check isOn={isLogY} onTurn={(isOn) => onChange({ isLogX, isLogY: isOn })}>
        log y
      </Check>
      <label class="smoothing">
        smoothing{' '}
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          value={state.smoothing}
          onInput={(event) => onChange({ smoothing: Number(event.currentTarget.value) })}
        />{' '}
        <output>{state.smoothing.toFixed(2)}</output>
      </label>
      {state.zoom !== null && (
        <button type="button" onClick={() => onChange({ zoom: null })}>
          Whole length
        </button>
      )}
    </div>
  );
}

interface CheckProps {
  readonly isOn: boolean;
  readonly onTurn: (isOn: boolean) => void;
  readonly children: ComponentChildren;
}

function Check({ isOn, onTurn, children }: CheckProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={isOn} onChange={(event) => onTurn(event.currentTarget.checked)} />{' '}
      {children}
    </label>
  );
}
