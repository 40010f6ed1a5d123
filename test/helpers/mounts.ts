import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** Ways to mounts that nobody else sees and that end with the command: as root, or as anybody where the kernel lets users have namespaces. */
const WAYS = [['--mount'], ['--mount', '--map-root-user']] as const;

/** In these, `$0` is a folder; the command that follows keeps the shell's pid. */
const READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"';
/** What the system tells of its mounts says that the folder is one of a network file system. */
const NETWORK = `
  (cat /proc/self/mountinfo; echo "999 1 0:99 / $0 rw - nfs4 server:/export rw") > "$0.mounts" &&
  mount --bind "$0.mounts" /proc/$$/mountinfo && rm "$0.mounts" && exec "$@"`;

/** What a command did. */
export interface MountOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to which a folder is a read-only medium. */
export function runReadOnly(folder: string, command: readonly string[]): MountOutcome {
  return runMounted(READ_ONLY, folder, command);
}

/** Runs a command to which a folder seems to lie on a network disk. */
export function runOnNetwork(folder: string, command: readonly string[]): MountOutcome {
  return runMounted(NETWORK, folder, command);
}

/** Whether this system lets this user mount; containers often do not. */
export function canMount(): boolean {
  return findWay() !== null;
}

function runMounted(
  shell: string,
  folder: string,
  command: readonly string[],
  way = findWay(),
): MountOutcome {
  if (way === null)
    throw new Error('expected a system that lets this user mount, found none. Ask canMount() first.');
  return spawnSync('unshare', [...way, 'sh', '-c', shell, folder, ...command], { encoding: 'utf8' });
}

function findWay(): (typeof WAYS)[number] | null {
  return WAYS.find((way) => runMounted(READ_ONLY, tmpdir(), ['true'], way).status === 0) ?? null;
}
