/** Says how much longer something takes, from how far it has come and how long that took. */
export class TimeLeft {
  private readonly start: number;
  private fraction = 0;
  private skipped = 0;

  /** @param now milliseconds, from any origin */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.start = now();
  }

  /** @param fraction of the work that was done before */
  skip(fraction: number): void {
    this.skipped += fraction;
    this.fraction = Math.max(this.fraction, this.skipped);
  }

  /** @param fraction of the work that is done, 0..1 */
  update(fraction: number): void {
    this.fraction = fraction;
  }

  /** Null as long as nothing is done. */
  get seconds(): number | null {
    const done = this.fraction - this.skipped;
    if (done <= 0) return null;
    const elapsedMs = this.now() - this.start;
    return (elapsedMs / 1000) * ((1 - this.fraction) / done);
  }
}
