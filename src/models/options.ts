import { z } from 'zod';

/** Options of named networks, all part of a run's spec. Each network takes some of them, with defaults of its own. */
export const MODEL_OPTIONS = {
  /** Multiplies every channel count but the classifier's (rounded): the s of SK-s. */
  width: z.number().positive(),
  /** A kind of layer, with its defaults: any that is an activation. */
  activation: z.string(),
  /** Rate of the network's dropout layers; 0 for none. */
  dropout: z.number().min(0).lt(1),
  /** Outputs of the classifier. */
  classes: z.int().min(2),
  /** Height and width of an input image. */
  inputSize: z.int().min(1),
  /** Batch normalisation after every convolution. */
  batchNorm: z.boolean(),
  /** Local response normalisation where the network was published with it. */
  responseNorm: z.boolean(),
  /** The classifiers beside the last one with which the network was published, in training alone. */
  auxiliary: z.boolean(),
  /** Where a residual block changes shape: every second pixel and zeros for new channels (A), or a 1×1 convolution (B). */
  shortcut: z.enum(['A', 'B']),
};

export const MODEL_OPTION_NAMES = Object.keys(MODEL_OPTIONS) as readonly (keyof typeof MODEL_OPTIONS)[];

/** Options that came after the first databases: false means what a network without them did. */
const LATER_OPTIONS = [
  'responseNorm',
  'auxiliary',
] as const satisfies readonly (keyof typeof MODEL_OPTIONS)[];

/** A spec without later options that are false, so that a run keeps its identity when its network learns new ones. */
export function leaveOutLaterOptions<Spec extends object>(spec: Spec): Spec {
  const isLeftOut = ([key, value]: [string, unknown]) =>
    value === false && LATER_OPTIONS.some((option) => option === key);
  return Object.fromEntries(Object.entries(spec).filter((entry) => !isLeftOut(entry))) as Spec;
}

/** What a spec says of a network that is written layer by layer. */
export const PLAIN_OPTIONS = { width: 1, activation: 'relu', dropout: 0 } as const;

/** The function that multiplies a channel count by `width`. */
export function scaleBy(width: number): (channels: number) => number {
  return (channels) => Math.max(1, Math.round(channels * width));
}
