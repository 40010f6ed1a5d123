import { extentOf } from '../layers/window.js';
import type { NetworkPlan, StepPlan, TensorPlan } from './plan.js';

/** Along y and x, in pixels, padding included. */
export type Extent = readonly [y: number, x: number];

const POINT: Extent = [1, 1];

/**
 * The receptive fields of table 15.2, from the last layer to the first: what of each tensor one element of the feature maps in
 * front of the first layer that covers its whole input (a fully connected one), and behind which all is 1×1, depends on; without such a layer, one
 * element of the output. Where paths part, the largest counts; heads are left out. A window of extent k (of a dilated kernel: (kernel − 1)·dilation + 1) and
 * stride s makes (r − 1)·s + k of r.
 *
 * @returns one for each tensor of the plan; null for those that such an element does not depend on
 */
export function traceFieldsBack({ steps, tensors }: NetworkPlan): (Extent | null)[] {
  const covering = findCovering(steps, tensors);
  const fields = new Array<Extent | null>(tensors.length).fill(null);
  fields[covering ? covering.inputs[0]! : tensors.length - 1] = POINT;
  for (const { layer, inputs, outputs, auxiliary } of steps.toReversed()) {
    if (auxiliary) continue;
    const known = outputs.flatMap((output) => (fields[output] ? [fields[output]] : []));
    if (known.length === 0) continue;
    const { extent, stride } = measureWindow(layer);
    const field = combine(largest(known), (r, axis) => (r - 1) * stride[axis] + extent[axis]);
    for (const input of inputs) fields[input] = isBroadcast(input, inputs, tensors) ? POINT : field;
  }
  return fields;
}

/**
 * What of the network's input one element of each tensor depends on, from the first layer to the last: a window of extent k makes r + (k − 1)·j of r,
 * where j is how far apart in the input its own input's neighbours lie. Where paths meet, the largest counts. What a layer depends
 * on by statistics alone is left out.
 *
 * @returns one for each tensor of the plan
 */
export function traceFieldsInInput({ steps, tensors }: NetworkPlan): Extent[] {
  const fields = new Array<Extent>(tensors.length).fill(POINT);
  const jumps = new Array<Extent>(tensors.length).fill(POINT);
  for (const { layer, inputs, outputs } of steps) {
    const { extent, stride } = measureWindow(layer);
    const before = largest(inputs.map((input) => fields[input]!));
    const beside = inputs.filter((input) => !isBroadcast(input, inputs, tensors));
    const jump = largest(beside.map((input) => jumps[input]!));
    for (const output of outputs) {
      fields[output] = combine(before, (r, axis) => r + (extent[axis] - 1) * jump[axis]);
      jumps[output] = combine(jump, (j, axis) => j * stride[axis]);
    }
  }
  return fields;
}

function measureWindow({ window }: StepPlan['layer']): { extent: Extent; stride: Extent } {
  return window ? { extent: extentOf(window), stride: window.stride } : { extent: POINT, stride: POINT };
}

/** Whether all positions read the one of that input, such as a gate's, which has no neighbours. */
function isBroadcast(input: number, [first]: readonly number[], tensors: readonly TensorPlan[]): boolean {
  return isPoint(tensors[input]!) && !isPoint(tensors[first!]!);
}

function isPoint({ shape }: TensorPlan): boolean {
  return shape.height * shape.width === 1;
}

/** The first step that covers its input, and that every path to the output passes. */
function findCovering(steps: readonly StepPlan[], tensors: readonly TensorPlan[]): StepPlan | undefined {
  const computed = steps.filter(({ auxiliary }) => !auxiliary);
  const lastWide = computed.findLastIndex(({ inputs }) => inputs.some((input) => !isPoint(tensors[input]!)));
  return computed.slice(Math.max(0, lastWide)).find((step) => coversInput(step, tensors[step.inputs[0]!]!));
}

function coversInput({ layer }: StepPlan, input: TensorPlan): boolean {
  const { height, width } = input.shape;
  const { extent } = measureWindow(layer);
  const { output, window } = layer;
  return (
    window !== undefined && extent[0] >= height && extent[1] >= width && output.height * output.width === 1
  );
}

function largest(extents: readonly Extent[]): Extent {
  return extents.reduce((a, b) => [Math.max(a[0], b[0]), Math.max(a[1], b[1])]);
}

function combine(extent: Extent, change: (size: number, axis: 0 | 1) => number): Extent {
  return [change(extent[0], 0), change(extent[1], 1)];
}
