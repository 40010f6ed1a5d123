import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { findPackageRoot } from '../core/paths.js';

/** Where a run was made. None of it changes a result; it explains times, and differences should there ever be one. */
export interface Environment {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** Name of the kernel set; null until the run has told. */
  readonly kernels: string | null;
  /** Of convoy itself and of the packages that it runs on. */
  readonly versions: Readonly<Record<string, string>>;
  /** Null outside a git clone. */
  readonly gitCommit: string | null;
  /** Whether tracked files differ from the commit. */
  readonly gitDirty: boolean | null;
  /** Of a run that another machine than the database's has trained. */
  readonly remote?: RemoteTrainer;
}

/** Who trained a run, if that was not the process that recorded it. */
export interface RemoteTrainer {
  readonly host: string;
  /** By the engine that gave it the run: `slurm 1234_5`. */
  readonly job: string;
  /** Of the attempts at the run, from 1. */
  readonly attempt: number;
  /** How often the run went on from a checkpoint. */
  readonly resumptions: number;
}

/** Describes this machine, this Node.js and the copy of convoy in `root`. */
export function readEnvironment(root = findPackageRoot()): Environment {
  const manifest = readManifest(join(root, 'package.json'));
  const versions: Record<string, string> = { convoy: manifest.version ?? 'unknown' };
  for (const name of Object.keys(manifest.dependencies ?? {}))
    versions[name] = readPackageVersion(root, name);
  const commit = existsSync(join(root, '.git')) ? readGit(root, ['rev-parse', 'HEAD']) : null;
  const changes = commit === null ? null : readGit(root, ['status', '--porcelain', '--untracked-files=no']);
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    kernels: null,
    versions,
    gitCommit: commit,
    gitDirty: changes === null ? null : changes !== '',
  };
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

/** Packages that name their exports do not let `require` see their package.json, so its places are searched. */
function readPackageVersion(root: string, name: string): string {
  const folders = createRequire(join(root, 'package.json')).resolve.paths(name) ?? [];
  const file = folders
    .map((folder) => join(folder, name, 'package.json'))
    .find((candidate) => existsSync(candidate));
  return (file === undefined ? undefined : readManifest(file).version) ?? 'unknown';
}

/** What git prints, or null if there is no git or it refuses. */
function readGit(root: string, args: readonly string[]): string | null {
  try {
    return execFileSync('git', ['-C', root, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}
