// Makes what `npm pack` and `npm publish` put into the package. npm runs `prepare` after this, which compiles the program if it is out of date; what
// was compiled from sources that are gone goes here, and all else stays, so that the clone works throughout.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

for (const folder of ['src', 'workers']) {
  const compiled = join(root, 'dist', folder);
  for (const name of existsSync(compiled) ? readdirSync(compiled, { recursive: true }) : []) {
    if (!existsSync(join(root, folder, nameSource(name)))) {
      rmSync(join(compiled, name), { recursive: true, force: true });
    }
  }
}
await import('./prebuild.js');

/** a.js, a.d.ts and their maps are compiled from a.ts, b.cjs from b.cts; folders have the same names. */
function nameSource(name) {
  return name.replace(/(\.d)?\.(c?)[jt]s(\.map)?$/, '.$2ts');
}
