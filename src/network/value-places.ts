import type { FlatNetwork } from './flatten.js';

/**
 * For each tensor the one in whose memory its value lies, itself or an earlier one: what a step passes on, and what it may write over
 * because backward, if there is one, does not read it, and nobody else does.
 */
export function chooseValuePlaces(
  { tensors, steps }: Pick<FlatNetwork, 'tensors' | 'steps'>,
  training: boolean,
): number[] {
  const homes = tensors.map((_, index) => index);
  // The network's input stays.
  const expendable = tensors.map(() => false);
  for (const { layer, inputs, outputs } of steps) {
    const passesOn = layer.passesOn === 'value';
    const home = passesOn
      ? inputs[0]
      : layer.inPlace === true || (layer.inPlace && !training)
        ? inputs.slice(0, 2).find((input) => expendable[input])
        : undefined;
    for (const output of outputs) {
      homes[output] = homes[home ?? output]!;
      expendable[output] = !passesOn && !(training && layer.backwardReads.output);
    }
  }
  return homes;
}
