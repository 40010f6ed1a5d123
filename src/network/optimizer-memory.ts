import { ArenaLayout } from '../core/arena.js';
import type { Slot } from './plan.js';

/** Numbers that an optimizer keeps of a parameter from step to step, zeros at first: `velocity` of `conv1.kernel`. */
export interface StateSlot {
  readonly name: string;
  /** Label of the parameter. */
  readonly parameter: string;
  readonly size: number;
}

/** What an optimizer needs beside the parameters. */
export interface OptimizerNeeds {
  /** In one order, each name once a parameter. */
  readonly slots: readonly StateSlot[];
  /** Shared by all workers within a step. */
  readonly workFloats: number;
}

/** Of a network that is not trained. */
export const NO_OPTIMIZER: OptimizerNeeds = { slots: [], workFloats: 0 };

/** A slot in memory. */
export interface BoundSlot extends StateSlot {
  readonly values: Float32Array;
}

/** Where an optimizer's slots lie, one after another, and its work behind them. */
export function layOutOptimizer({ slots, workFloats }: OptimizerNeeds) {
  const layout = new ArenaLayout();
  const places = slots.map((slot): StateSlot & Slot => ({ ...slot, offset: layout.book(slot.size) }));
  const work = layout.book(workFloats);
  return { places, work, floats: layout.floats };
}
