// Makes what `npm pack` and `npm publish` put into the package. npm runs `prepare` after this, which compiles the program: from nothing, so that
// there is nothing left of sources that are gone.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

rmSync(join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dist'), {
  recursive: true,
  force: true,
});
await import('./prebuild.js');
