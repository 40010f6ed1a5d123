import { z } from 'zod';
import type { Model } from './model.js';

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

export type ModelOptionName = keyof typeof MODEL_OPTIONS;

export const MODEL_OPTION_NAMES = Object.keys(MODEL_OPTIONS) as readonly ModelOptionName[];

/** What options of any network that came after the first databases are where it was without them. */
const LATER_DEFAULTS = {
  responseNorm: false,
  auxiliary: false,
} as const satisfies Partial<Record<keyof typeof MODEL_OPTIONS, unknown>>;

/**
 * A spec without later options that have their defaults, so that a run keeps its identity when its network learns new ones.
 *
 * @param model the network, if it is a named one
 */
export function leaveOutLaterOptions<Spec extends object>(spec: Spec, model: Model | null): Spec {
  const later: Readonly<Record<string, unknown>> = LATER_DEFAULTS;
  const defaultOf = (key: string) => (model?.later.includes(key) ? model.defaults[key] : later[key]);
  const kept: Record<string, unknown> = {};
  for (const key in spec) {
    const value: unknown = spec[key];
    if (value === undefined || value !== defaultOf(key)) kept[key] = value;
  }
  return kept as Spec;
}

/** What a spec says of a network that is written layer by layer. */
export const PLAIN_OPTIONS = { width: 1, activation: 'relu', dropout: 0 } as const;

/** The function that multiplies a channel count by `width`. */
export function scaleBy(width: number): (channels: number) => number {
  return (channels) => Math.max(1, Math.round(channels * width));
}
