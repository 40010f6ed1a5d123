/** A field of a layer and the numbers that it takes in a pattern: one, or several with x between them. */
export interface PatternField {
  readonly name: string;
  readonly lengths: readonly number[];
  /** Whole numbers from here up; absent for any number. */
  readonly least?: number;
}

/** How a pattern writes a kind of layer, such as `CONV(5,20,s2)`. */
export interface PatternWord {
  /** In capitals. */
  readonly word: string;
  /** What may be written, for messages: `FC(units): FC(10)`. Absent: the word alone. */
  readonly usage?: string;
  /** Fields told by their place, and how many of them must be there. */
  readonly places?: readonly PatternField[];
  readonly required?: number;
  /** Fields told by a letter before their numbers. */
  readonly letters?: Readonly<Record<string, PatternField>>;
  /** What a lone name changes. */
  readonly names?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A kind that a lone name makes of another kind's word: `POOL(2,mean)`. */
export interface PatternVariant {
  readonly variantOf: string;
  readonly name: string;
}

/** The arguments of words whose layers slide a window. */
export const WINDOW_FIELDS = {
  kernel: { name: 'kernel', lengths: [1, 2], least: 1 },
  stride: { name: 'stride', lengths: [1, 2], least: 1 },
  padding: { name: 'padding', lengths: [1, 2, 4], least: 0 },
  dilation: { name: 'dilation', lengths: [1, 2], least: 1 },
} as const satisfies Record<string, PatternField>;

/** The name that keeps the size at stride 1. */
export const SAME_PADDING = { same: { padding: 'same' } } as const;
