/** A convolution's kernel, groups×height×width×inputs×outputs; the channels are those of one group. */
export interface KernelShape {
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
}
