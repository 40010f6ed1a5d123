import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../core/errors.js';

/** Where a file lies. */
export interface FileSystem {
  /** As the system calls it: `ext4`, `nfs4`, `fuse.sshfs`. */
  readonly type: string;
  readonly mountPoint: string;
}

/**
 * File systems behind which other machines may write. Locks and shared memory do not reach from one machine to the other there, and an SQLite
 * database is damaged by two writers that do not see each other.
 */
const NETWORK_TYPES: ReadonlySet<string> = new Set([
  ...[
    '9p',
    'afs',
    'ceph',
    'cifs',
    'coda',
    'davfs',
    'gfs2',
    'glusterfs',
    'gpfs',
    'lustre',
    'ncpfs',
    'nfs',
    'nfs4',
  ],
  ...['beegfs', 'beegfs_nodev', 'ocfs2', 'orangefs', 'prl_fs', 'pvfs2', 'smb3', 'smbfs', 'vboxsf', 'vmhgfs'],
]);
/** Likewise, as programs in user space (`fuse.`...). */
const NETWORK_PROGRAMS =
  /^fuse\.(?:ceph|curlftpfs|davfs|gcsfuse|glusterfs|goofys|google-drive|juicefs|mount-s3|moosefs|mfs|rclone|s3fs|s3ql|smbnetfs|sshfs|vmhgfs)/;

/**
 * The file system of a file, which need not exist yet.
 *
 * @param mounts as `/proc/self/mountinfo` has them
 * @returns null where the system does not tell
 */
export function findFileSystem(file: string, mounts = readMounts()): FileSystem | null {
  const path = resolveExisting(resolve(file));
  let found: FileSystem | null = null;
  for (const line of mounts.split('\n')) {
    const fields = line.split(' ');
    // Optional fields come between the sixth and the dash, the type right after it.
    const type = fields[fields.indexOf('-', 6) + 1];
    if (fields.length < 10 || type === undefined) continue;
    const mountPoint = unescapePath(fields[4]!);
    // Of two mounts in one place the later one lies above.
    if (isInside(path, mountPoint) && mountPoint.length >= (found?.mountPoint.length ?? 0)) {
      found = { type, mountPoint };
    }
  }
  return found;
}

/** Whether other machines may write to it. */
export function isNetworkFileSystem({ type }: FileSystem): boolean {
  return NETWORK_TYPES.has(type) || NETWORK_PROGRAMS.test(type);
}

/**
 * Checks that a database may be written where it lies.
 *
 * @throws UserError on a network file system
 */
export function checkLocalFileSystem(file: string, mounts?: string): void {
  const found = findFileSystem(file, mounts);
  if (found === null || !isNetworkFileSystem(found)) return;
  throw new UserError(
    `${file}: expected a database on a local disk, found a network file system (${found.type}, mounted at ${found.mountPoint}), where ` +
      'processes of several machines would damage it. Give a local file with --db and copy it when the sweep is over; give each machine a ' +
      'database of its own.',
  );
}

/** Empty on a system without /proc. */
function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}

/** Follows links as far as the path exists. */
function resolveExisting(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(resolveExisting(parent), basename(path));
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Blanks, tabs, line feeds and backslashes are octal in the list of mounts. */
function unescapePath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
