import { z } from 'zod';
import { UserError } from '../../core/errors.js';
import { kernelRows, type WindowGeometry } from '../../kernels/geometry.js';
import type { BoundLayer, LayerSite } from '../layer.js';
import { overParts } from '../parts.js';
import type { Pass } from '../pass.js';

/** Of each output channel, the input channels that it sees: a convolution's connection table, such as LeNet-5's of C3 (LeCun et al. 1998, table I). */
export type Connections = readonly (readonly number[])[];

export const connectionsSchema = z.array(z.array(z.int().min(0)).min(1)).min(1);

/**
 * Checks a table against the channels that it connects.
 *
 * @throws UserError if it has not one list an output channel, or a list names an input channel that does not exist or twice
 */
export function checkConnections(
  connections: Connections,
  channels: { readonly inputs: number; readonly outputs: number },
  where: string,
): void {
  if (connections.length !== channels.outputs) {
    throw new UserError(
      `${where}: expected connections of ${channels.outputs} filters, found ${connections.length}. Give one list of input channels a filter.`,
    );
  }
  connections.forEach((inputs, filter) => {
    const wrong = inputs.find((input, i) => input >= channels.inputs || inputs.indexOf(input) !== i);
    if (wrong === undefined) return;
    throw new UserError(
      `${where}: connections[${filter}]: expected each of the input channels 0 to ${channels.inputs - 1} once at most, ` +
        `found ${JSON.stringify(inputs)}. Correct channel ${wrong}.`,
    );
  });
}

/** How many pairs of channels are connected. */
export function countConnections(connections: Connections): number {
  return connections.reduce((sum, inputs) => sum + inputs.length, 0);
}

/** Where the kernel, H·W·cIn × cOut, has weights between channels that are not connected. */
export function listAbsentWeights(connections: Connections, g: WindowGeometry): number[] {
  const seen = connections.map((inputs) => new Set(inputs));
  const absent: number[] = [];
  for (let row = 0; row < kernelRows(g); row++) {
    seen.forEach((inputs, d) => {
      if (!inputs.has(row % g.inputChannels)) absent.push(row * g.outputChannels + d);
    });
  }
  return absent;
}

/**
 * A convolution whose absent weights have no gradient, so that they stay the zeros that they began as: to its dense kernels they are
 * weights like others.
 */
export function keepAbsentAtZero(
  layer: BoundLayer,
  { parameters, output, layout, training }: LayerSite,
  absent: readonly number[],
): BoundLayer {
  if (!training) return layer;
  const gradients = parameters.kernel!.gradient;
  const clear = (gradient: Float32Array) => {
    for (let i = 0; i < absent.length; i++) gradient[absent[i]!] = 0;
  };
  const name = 'absent weights';
  const pass: Pass =
    gradients.length > 1
      ? { name, ...overParts(output.shape, layout, ({ index }) => clear(gradients[index]!)) }
      : { name, over: 'blocks', waits: true, blocks: 1, run: () => clear(gradients[0]!) };
  // The pass waits for the gradient, so nothing of it may be put off.
  const backward = layer.backward.map((each) => ({ ...each, aside: false }));
  return { ...layer, backward: [...backward, pass] };
}
