import type { NetworkBuilder } from '../network-builder.js';
import type { Node } from '../node.js';

/**
 * Turns a node into layers, or into what later ones are made of: sets what it makes.
 *
 * @throws UnsupportedNode if it cannot
 */
export type ReadNode = (node: Node, network: NetworkBuilder) => void;
