import type { NetworkSpec } from '../network/spec.js';
import type { ConvolutionPart, ConvolutionShape } from './convolution-shape.js';

/** Work for a peer, as the scripts of scripts/peer read it. */
export type PeerWork =
  | { readonly kind: 'product'; readonly m: number; readonly n: number; readonly k: number }
  | {
      readonly kind: 'convolution';
      readonly shape: ConvolutionShape;
      readonly images: number;
      readonly parts: readonly ConvolutionPart[];
    }
  | ({ readonly kind: 'step' | 'evaluation' } & NetworkWork)
  /** A process of its own that trains epochs of so many images, at least so many of them, until its time is over. */
  | ({ readonly kind: 'epochs'; readonly images: number; readonly leastEpochs: number } & NetworkWork)
  /** The peak of a process of its own that trains so many steps. */
  | ({ readonly kind: 'memory'; readonly steps: number } & NetworkWork)
  /** Processes of their own until the end of their first step. */
  | ({ readonly kind: 'start' } & NetworkWork);

interface NetworkWork {
  readonly network: NetworkSpec;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

export type PeerJob = PeerWork & { readonly threads: number };
