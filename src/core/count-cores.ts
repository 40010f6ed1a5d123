import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { posix } from 'node:path';

/** Gives a file's text; throws where there is none. */
type ReadText = (file: string) => string;

/**
 * Cores that this process can keep busy: those that its affinity allows, and no more than its control groups' quota pays for (Linux; Docker's
 * `--cpus`, Kubernetes' limits, Slurm). Part of a core counts as one, since nobody waits longer for a quota that is used up sooner.
 *
 * @param read for tests
 * @param cores that the affinity allows, likewise
 */
export function countCores(
  read: ReadText = (file) => readFileSync(file, 'utf8'),
  cores = availableParallelism(),
): number {
  return Math.max(1, Math.min(cores, Math.ceil(readQuota(read))));
}

/** Cores' worth of time that the control groups of this process and all above them give; infinite where none is set. */
function readQuota(read: ReadText): number {
  try {
    const groups = read('/proc/self/cgroup').trim().split('\n').map(parseGroup);
    const mounts = read('/proc/self/mountinfo').trim().split('\n').map(parseMount);
    const quotas = groups.flatMap(({ controllers, path }) => {
      const isUnified = controllers === '';
      if (!isUnified && !controllers.split(',').includes('cpu')) return [];
      const mount = mounts.find(({ type, options }) =>
        isUnified ? type === 'cgroup2' : type === 'cgroup' && options.includes('cpu'),
      );
      if (!mount) return [];
      return listFolders(mount, path).map((folder) => quotaOf(folder, isUnified, read));
    });
    return Math.min(Number.POSITIVE_INFINITY, ...quotas);
  } catch {
    // No Linux.
    return Number.POSITIVE_INFINITY;
  }
}

/** `4:cpu,cpuacct:/docker/1f`; of version 2 `0::/user.slice` (cgroups(7)). */
function parseGroup(line: string) {
  const [, controllers = '', ...path] = line.split(':');
  return { controllers, path: path.join(':') };
}

/** `36 35 0:31 /docker/1f /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu` (proc(5)). */
function parseMount(line: string) {
  const [before = '', behind = ''] = line.split(' - ');
  const [root = '/', point = '/'] = before.split(' ').slice(3);
  const [type = '', , options = ''] = behind.split(' ');
  return { root, point, type, options: options.split(',') };
}

/** A group's folder and those of the groups that it lies in, as far as they can be seen here. */
function listFolders({ root, point }: ReturnType<typeof parseMount>, path: string): string[] {
  const inside = posix.relative(root, path);
  if (inside.startsWith('..')) return [point];
  const names = inside.split('/').filter((name) => name !== '');
  return [...names.keys(), names.length].map((count) => posix.join(point, ...names.slice(0, count)));
}

/** `cpu.max` has quota and period in one line, or `max`; version 1 has a file for each, and −1. */
function quotaOf(folder: string, isUnified: boolean, read: ReadText): number {
  try {
    const [quota, period] = isUnified
      ? read(`${folder}/cpu.max`).split(' ')
      : [read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)];
    const cores = Number(quota) / Number(period);
    return cores > 0 ? cores : Number.POSITIVE_INFINITY;
  } catch {
    // The root of all has none.
    return Number.POSITIVE_INFINITY;
  }
}
