import type { Constant } from '../constants.js';
import type { Node } from '../node.js';

/**
 * Computes what a node makes of constants; an input that is left out is null.
 *
 * @throws UnsupportedNode if it cannot
 */
export type FoldNode = (node: Node, inputs: readonly (Constant | null)[]) => Constant;
