/** The types of kinds that the tests' plugins bring. */
declare module '../../src/core/plugin-kinds.js' {
  interface PluginLayers {
    fault: Record<string, unknown>;
  }
  interface PluginOptimizers {
    lion: { beta1?: number; weightDecay?: number };
    normalized: Record<string, unknown>;
  }
}

export type {};
