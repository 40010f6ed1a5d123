import type { FlatSteps, FlatTensor } from './flatten.js';

/** Memory that gradients take turns in. */
export interface GradientPlace {
  /** Of the largest gradient. */
  floats: number;
  /** Tensors whose gradient lies here and has still to be read. */
  readers: number;
  /** True if it is the gradient of several at once, so that nobody may write over it. */
  common: boolean;
}

/**
 * Where each tensor's gradient lies; null if it has none. A gradient lives from its reader's backward pass to its maker's.
 *
 * In lanes a place is given again once it has been read: every pass there that begins a new gradient waits for the others, so by then
 * nobody reads the old one. Slices that lie one after another run through several layers without waiting, and so need a place
 * for each gradient.
 */
export function chooseGradientPlaces(
  { tensors, steps, heads }: FlatSteps,
  floatsOf: (tensor: FlatTensor) => number,
): (GradientPlace | null)[] {
  const places = tensors.map((): GradientPlace | null => null);
  const idle: GradientPlace[] = [];
  const begin = (index: number): GradientPlace => {
    const tensor = tensors[index]!;
    const floats = floatsOf(tensor);
    const place = (tensor.layout === 'lanes' && takeFitting(idle, floats)) || {
      floats,
      readers: 0,
      common: false,
    };
    place.floats = Math.max(place.floats, floats);
    place.common = false;
    return place;
  };
  const hold = (index: number, place: GradientPlace): void => {
    places[index] = place;
    place.readers++;
  };

  for (const end of [tensors.length - 1, ...heads.values()]) {
    if (tensors[end]!.needsGradient) hold(end, begin(end));
  }
  for (const { layer, inputs, outputs } of steps.toReversed()) {
    const given = outputs.flatMap((output) => places[output] ?? []);
    const learning = inputs.filter((input) => given.length > 0 && tensors[input]!.needsGradient);
    const passesOn = layer.passesOn === 'gradient';
    const kept = passesOn
      ? given[0]
      : layer.inPlace === true
        ? given.slice(0, 2).find(({ common }) => !common)
        : undefined;
    if (kept && learning.length > 1) kept.common = true;
    for (const input of learning) hold(input, kept ?? begin(input));
    for (const output of outputs) {
      const place = places[output];
      if (place && --place.readers === 0 && tensors[output]!.layout === 'lanes') idle.push(place);
    }
  }
  return places;
}

/** Takes the smallest place that is large enough, else the largest, which is to grow. */
function takeFitting(idle: GradientPlace[], floats: number): GradientPlace | undefined {
  idle.sort((a, b) => a.floats - b.floats);
  const fitting = idle.findIndex((place) => place.floats >= floats);
  return fitting < 0 ? idle.pop() : idle.splice(fitting, 1)[0];
}
