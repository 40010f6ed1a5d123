import type { Kernels } from '../../../src/kernels/kernels.js';
import { referenceKernels } from '../../../src/kernels/reference/reference.js';
import { HostileCall, Planted } from './hostile-call.js';
import type { Mutation } from './mutations.js';
import type { MemoryKind } from './placed-arrays.js';
import type { Seed } from './seeds.js';

/** How a call ended that kept what is promised: with a typed error, or in a result, which was compared or had nothing to be compared with. */
export type Outcome = 'refused' | 'ran' | 'right';

/** Sums of other sizes than the kernel suite's tolerances are for. */
const TOLERANCE_FACTOR = 64;
/** Of numbers that grow with a coefficient. */
const RELATIVE_TOLERANCE = 1e-4;

/**
 * Makes a call of a native set that mutations have changed.
 *
 * @throws Error that says what was broken: another error than a typed one, a write outside of the outputs, or another result than the reference's
 */
export function tryCall(
  kernels: Kernels,
  seed: Seed,
  kinds: readonly MemoryKind[],
  mutations: readonly Mutation[],
): Outcome {
  const call = new HostileCall(seed, kinds, mutations);
  let returned: unknown;
  let refusal: unknown = null;
  const written = call.listWritten();
  try {
    returned = run(kernels, call);
  } catch (error) {
    refusal = error;
    checkRefusal(seed.method, error);
  }
  for (const { field, placed } of call.arrays) {
    const at = placed.findStrayWrite(refusal === null ? written.get(placed)! : []);
    if (at >= 0) throw new Error(`${field}: expected byte ${at} of its buffer to stay, found it overwritten`);
  }
  if (refusal !== null) return 'refused';
  if (!call.isComparable || NATIVE_ALONE.test(seed.method)) return 'ran';
  const reference = new HostileCall(seed, kinds, mutations, true);
  compare(call, reference, returned, run(referenceKernels, reference));
  return 'right';
}

/** What the reference has not: see Probes and Recording. */
const NATIVE_ALONE = /^bind(Probe|Beat)/;

type Bind = (descriptor: unknown) => (...numbers: unknown[]) => unknown;

function run(kernels: Kernels, call: HostileCall): unknown {
  const bind = call.method
    .split('.')
    .reduce((at: unknown, name) => (at as Record<string, unknown>)[name], kernels) as Bind;
  const bound = bind(call.makeDescriptor());
  call.passBetween();
  return bound(...call.numbers);
}

/** A typed error names the kernel, the field and what was expected. */
function checkRefusal(method: string, error: unknown): void {
  if (error instanceof Planted) return;
  const isTyped = error instanceof TypeError || error instanceof RangeError;
  const name = method.split('.').at(-1);
  const message = new RegExp(`^(${name}: \\w+: expected .|run: expected numbers$)`);
  if (isTyped && message.test(error.message)) return;
  throw new Error('expected a typed error that names kernel, field and expectation', { cause: error });
}

function compare(call: HostileCall, reference: HostileCall, returned: unknown, expected: unknown): void {
  const isAsExpected =
    typeof expected === 'number' && typeof returned === 'number'
      ? isClose(returned, expected, 1e-5)
      : returned === expected;
  if (!isAsExpected) throw new Error(`expected ${expected} to be returned, found ${returned}`);
  for (const [i, { field, view, tolerance, role }] of call.arrays.entries()) {
    const other = reference.arrays[i]!;
    if (role !== 'output' || view === null || other.view === null) continue;
    const { byteOffset, BYTES_PER_ELEMENT: size } = other.view;
    for (const [e, wanted] of other.view.entries()) {
      if (other.placed.isUntouched(byteOffset + e * size, size)) continue;
      if (!isClose(view[e]!, wanted, TOLERANCE_FACTOR * tolerance)) {
        throw new Error(`${field}[${e}]: expected ${wanted}, found ${view[e]}`);
      }
    }
  }
}

function isClose(found: number, wanted: number, tolerance: number): boolean {
  if (!Number.isFinite(wanted)) return !Number.isFinite(found);
  return Math.abs(found - wanted) <= tolerance + RELATIVE_TOLERANCE * Math.abs(wanted);
}
