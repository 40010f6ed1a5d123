import { defineConfig } from 'vite';

/** The browser's page: hashed files that `src/dashboard` serves, without inline scripts or styles. */
export default defineConfig({
  base: '/',
  logLevel: 'warn',
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    // Data URLs would be inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
