import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runs the program, `convoy`, or one of its commands, as this process's only job. */
export async function startCommand(name) {
  const folder = new URL('../dist/src/cli/', import.meta.url);
  const file = new URL('program.js', folder);
  if (!existsSync(fileURLToPath(file))) {
    process.stderr.write('convoy is not built yet. Run: npm ci\n');
    process.exitCode = 2;
    return;
  }
  const { runMain } = await import(new URL('exit.js', folder).href);
  const { main } = await import(file.href);
  await runMain(name === 'convoy' ? main : (args, streams) => main([name, ...args], streams));
}
