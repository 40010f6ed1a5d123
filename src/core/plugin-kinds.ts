/**
 * Kinds of layer that plugins bring, by name, with their options, so that specs in TypeScript may have them:
 *
 *     declare module 'convoy' {
 *       interface PluginLayers {
 *         'spatial-dropout': { rate?: number };
 *       }
 *     }
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by whoever writes a plugin
export interface PluginLayers {}

/** Likewise their kinds of optimizer. */
// biome-ignore lint/suspicious/noEmptyInterface: likewise
export interface PluginOptimizers {}
