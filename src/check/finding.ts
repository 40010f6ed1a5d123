/** What a check comes to. */
export interface Finding {
  readonly check: string;
  readonly passed: boolean;
  /** The figures behind it, in one line. */
  readonly finding: string;
}
