import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Who gives a process its memory, in place of the C library. */
export interface Allocator {
  readonly name: string;
  /** Files that may be its library, the likeliest first; some may be for another processor. */
  readonly files: readonly string[];
  /** How it is set for tensors that come and go with every step. */
  readonly environment: Readonly<Record<string, string>>;
}

interface KnownAllocator extends Pick<Allocator, 'name' | 'environment'> {
  readonly library: RegExp;
  /** Debian's. */
  readonly packageName: string;
}

const KNOWN: readonly KnownAllocator[] = [
  {
    name: 'tcmalloc',
    library: /^libtcmalloc(?:_minimal)?\.so(?:\.\d+)*$/,
    packageName: 'libtcmalloc-minimal4',
    environment: {},
  },
  {
    name: 'jemalloc',
    library: /^libjemalloc\.so(?:\.\d+)*$/,
    packageName: 'libjemalloc2',
    // From PyTorch's performance tuning guide: pages are kept, not given back and faulted in anew.
    environment: {
      MALLOC_CONF:
        'oversize_threshold:1,background_thread:true,metadata_thp:auto,dirty_decay_ms:-1,muzzy_decay_ms:-1',
    },
  },
];

/** Where libraries lie that the linker's cache may not have; PREFIX/lib of an active conda environment besides. */
const FOLDERS = ['/usr/local/lib', '/usr/lib64', '/usr/lib'];

/** The allocators of this machine, and a line for each that it lacks. */
export function findAllocators(
  platform: NodeJS.Platform = process.platform,
  libraries: readonly string[] = listLibraries(),
): { readonly found: readonly Allocator[]; readonly missing: readonly string[] } {
  // What tells whether a process has taken one, its map of memory, is a file of Linux.
  if (platform !== 'linux')
    return { found: [], missing: ['allocators other than the default are tried on Linux only'] };
  const found: Allocator[] = [];
  const missing: string[] = [];
  for (const { name, library, packageName, environment } of KNOWN) {
    const files = libraries.filter((file) => library.test(file.slice(file.lastIndexOf('/') + 1)));
    if (files.length > 0) found.push({ name, files, environment });
    else missing.push(`no ${name}, under which a peer may be faster; Debian: apt-get install ${packageName}`);
  }
  return { found, missing };
}

/** Shared libraries by the linker's cache, then those of the usual folders. */
function listLibraries(): string[] {
  const { CONDA_PREFIX: conda } = process.env;
  const folders = [...(conda ? [join(conda, 'lib')] : []), ...FOLDERS];
  return [...new Set([...parseLinkerCache(readLinkerCache()), ...folders.flatMap(listFolder)])];
}

/** The files that `ldconfig -p` names: `libjemalloc.so.2 (libc6,x86-64) => /lib/x86_64-linux-gnu/libjemalloc.so.2`. */
export function parseLinkerCache(text: string): string[] {
  return [...text.matchAll(/ => (\/.*)$/gm)].map(([, file]) => file!);
}

function readLinkerCache(): string {
  try {
    // Its folder is not on the PATH of every user.
    const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    return execFileSync('ldconfig', ['-p'], {
      encoding: 'utf8',
      env: { ...process.env, PATH },
      stdio: [...stdio],
    });
  } catch {
    return '';
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
