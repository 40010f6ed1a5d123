import { allocateLike } from '../kernels/memory.js';
import type { BindLoss, LossArrays } from '../layers/loss.js';
import type { BoundLoss, BoundNetwork } from './bind.js';

/** What losses are computed from beside outputs, and where they go. */
type SharedArrays = Omit<LossArrays, 'classes' | 'outputs' | 'dOutputs'>;

/** Computes the losses of some images of the mini-batch. */
export type RunLosses = (firstImage: number, images: number) => void;

/**
 * Ties a network's losses to what it makes: `loss` is their weighted sum for each image, `predicted` and `rank` are the last layer's. With
 * gradients they leave those of the sum's mean over the mini-batch, each with its own output, where anything learns before it.
 *
 * @param bind ties a loss of that name to arrays
 */
export function bindLosses(
  { losses, batch }: Pick<BoundNetwork, 'losses' | 'batch'>,
  bind: (kind: string) => BindLoss,
  arrays: SharedArrays,
  { gradients }: { readonly gradients: boolean },
): RunLosses {
  const bindOne = ({ kind, output }: BoundLoss, results = {}) =>
    bind(kind)({
      ...arrays,
      ...results,
      classes: output.shape.channels,
      outputs: output.value,
      dOutputs: gradients && output.gradient.length > 0 ? output.gradient : null,
    });
  const [own, ...others] = losses as [BoundLoss, ...BoundLoss[]];
  const run = bindOne(own);
  const heads = others.map((head) => {
    const results = {
      loss: allocateLike(arrays.loss, arrays.loss.length),
      predicted: allocateLike(arrays.predicted, arrays.predicted.length),
      rank: allocateLike(arrays.rank, arrays.rank.length),
    };
    return { weight: head.weight, loss: results.loss, run: bindOne(head, results) };
  });
  return (first, count) => {
    const { size } = batch.whole ?? batch;
    run(own.weight / size, first, count);
    for (const head of heads) {
      head.run(head.weight / size, first, count);
      for (let i = first; i < first + count; i++) {
        arrays.loss[i] = arrays.loss[i]! + head.weight * head.loss[i]!;
      }
    }
  };
}
