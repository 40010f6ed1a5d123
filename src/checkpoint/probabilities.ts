import type { NetworkSpec } from '../network/spec.js';

/**
 * What a network's outputs say of each class, summing to 1. Behind the softmax cross-entropy that is the softmax of the outputs. A network
 * that was trained to give the label's unit vector estimates the probabilities themselves: what is below 0 counts as 0, and all are
 * divided by their sum.
 */
export function toProbabilities(outputs: Float32Array, loss: NetworkSpec['loss']): number[] {
  const shares = loss === 'softmax-cross-entropy' ? exponentiate(outputs) : cut(outputs);
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => (sum > 0 ? share / sum : 1 / shares.length));
}

/** Of the outputs less the greatest, so that nothing overflows. */
function exponentiate(outputs: Float32Array): number[] {
  const greatest = outputs.reduce((a, b) => Math.max(a, b));
  return Array.from(outputs, (output) => Math.exp(output - greatest));
}

function cut(outputs: Float32Array): number[] {
  return Array.from(outputs, (output) => Math.max(0, output));
}
