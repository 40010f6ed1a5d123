import type { Kernels } from '../../../src/kernels/kernels.js';

/** A call that somebody has made of a kernel set. */
export interface RecordedCall {
  /** Its place in the set: `bindPack`, `activations.relu.bindForward`. */
  readonly method: string;
  readonly descriptor: Readonly<Record<string, unknown>>;
  readonly numbers: readonly number[];
}

type Bind = (descriptor: Record<string, unknown>) => (...numbers: number[]) => unknown;

/** The places in a kernel set of all its functions that bind. */
export function listMethods(kernels: Kernels): string[] {
  const methods: string[] = [];
  visitBinds(kernels, (method) => methods.push(method));
  return methods;
}

/** A kernel set that tells `record` of every run. */
export function recordCalls(kernels: Kernels, record: (call: RecordedCall) => void): Kernels {
  const recording = copyPlaces(kernels);
  visitBinds(kernels, (method, bind) => {
    put(recording, method.split('.'), (descriptor: Record<string, unknown>) => {
      const run = bind(descriptor);
      return (...numbers: number[]) => {
        record({ method, descriptor, numbers });
        return run(...numbers);
      };
    });
  });
  return recording as unknown as Kernels;
}

function visitBinds(object: object, visit: (method: string, bind: Bind) => void, path = ''): void {
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === 'object') visitBinds(value, visit, `${path}${name}.`);
    else if (typeof value === 'function' && name.startsWith('bind')) visit(path + name, value);
  }
}

/** The same functions in objects of their own. */
function copyPlaces(object: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      typeof value === 'object' ? copyPlaces(value) : value,
    ]),
  );
}

function put(object: Record<string, unknown>, [name, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) object[name!] = value;
  else put(object[name!] as Record<string, unknown>, rest, value);
}
