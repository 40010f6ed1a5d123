/** One measured figure: what a line of the benchmark's output says. Flat, so that it is a line of JSON. */
export interface Figure {
  /** Such as `gemm/512x512x512` or `step/SK-1`. */
  readonly name: string;
  readonly threads: number;
  /** The kernel set. */
  readonly kernels: string;
  /** Median; only of work on images. */
  readonly imagesPerSecond?: number;
  /**
   * Billions of floating-point operations a second, by the definition of the work, whatever an implementation adds or leaves out. Absent where
   * a cost is measured.
   */
  readonly gflops?: number;
  /** Of the fused multiply-add peak of as many cores; null for costs, and if the kernel set cannot measure it. */
  readonly shareOfPeak: number | null;
  /** What binds the work: arithmetic, or memory if all its arrays came from there. */
  readonly limit?: 'arithmetic' | 'memory';
  /** Of the rate that the limit allows. Above 1 where caches hold what was counted as memory. */
  readonly shareOfLimit?: number;
  /** A cost: the peak resident memory of a process, in millions of bytes. */
  readonly megabytes?: number;
  /** A cost. */
  readonly milliseconds?: number;
  /** The rate over that of `against`, another figure. */
  readonly speedup?: number;
  readonly against?: string;
  /** The other side's median, in the unit of ours. */
  readonly peer?: number;
  /** Ours over the other side's. */
  readonly ratio?: number;
  /** For instance `PyTorch 1.13.1`. A case has a figure for each of its peers. */
  readonly peerName?: string;
  /** The one of the peer's settings in which it was best: `tcmalloc, channels last`. Absent if it has but one. */
  readonly peerSetting?: string;
  /** Only of the machine's own limits. */
  readonly gigabytesPerSecond?: number;
  /** The processor's name, likewise. */
  readonly processor?: string;
  /** Node.js's version, likewise. */
  readonly node?: string;
}
