/** One measured figure: what a line of the benchmark's output says. Flat, so that it is a line of JSON. */
export interface Figure {
  /** Such as `gemm/512x512x512` or `step/SK-1`. */
  readonly name: string;
  readonly threads: number;
  /** Median; only of work on images. */
  readonly imagesPerSecond?: number;
  /** Median; only of a start. */
  readonly milliseconds?: number;
  /** Billions of floating-point operations a second, by the definition of the work, whatever an implementation adds or leaves out. */
  readonly gflops: number;
  /** Of the fused multiply-add peak of as many cores; null if the kernel set cannot measure it. */
  readonly shareOfPeak: number | null;
  /** What binds the work: arithmetic, or memory if all its arrays came from there. */
  readonly limit?: 'arithmetic' | 'memory';
  /** Of the rate that the limit allows. Above 1 where caches hold what was counted as memory. */
  readonly shareOfLimit?: number;
  /** The rate over that of `against`, another figure. */
  readonly speedup?: number;
  readonly against?: string;
  /** The peer's median rate, in the unit of ours. */
  readonly peer?: number;
  /** Ours over the peer's. */
  readonly ratio?: number;
  /** For instance `PyTorch 1.13.1`. */
  readonly peerName?: string;
  /** Only of the machine's own limits. */
  readonly gigabytesPerSecond?: number;
}
