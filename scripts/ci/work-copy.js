// A copy of the checkout to build in, so that the checkout's own build stays as it is.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Calls `work` with the folder of a copy of the checkout and a folder for packages beside it, and removes both afterwards. The copy holds
 * the checkout's files as they are, committed or not, and nothing that was installed or built.
 */
export async function withWorkCopy(name, work) {
  const parent = mkdtempSync(join(tmpdir(), `convoy-${name}-`));
  const folder = join(parent, 'convoy');
  try {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    });
    // A file that is deleted but not committed is listed, too.
    for (const file of listed.split('\0').filter((file) => file !== '' && existsSync(join(root, file)))) {
      cpSync(join(root, file), join(folder, file), { preserveTimestamps: true });
    }
    return await work(folder, join(parent, 'packages'));
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
