import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { countCores } from '../../src/core/count-cores.js';

/** A system of eight cores with these files. */
function countWith(files: Readonly<Record<string, string>>): number {
  return countCores((file) => {
    const text = files[file];
    if (text === undefined) throw new Error(`ENOENT: ${file}`);
    return text;
  }, 8);
}

const UNIFIED = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n';
const SPLIT =
  '33 25 0:29 /docker/1f /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n' +
  '34 25 0:30 /docker/1f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n';

describe('countCores', () => {
  it('gives what the affinity allows where there is no quota, and no Linux', () => {
    expect(countWith({})).toBe(8);
    expect(countCores()).toBeLessThanOrEqual(availableParallelism());
    expect(
      countWith({
        '/proc/self/cgroup': '0::/user.slice\n',
        '/proc/self/mountinfo': UNIFIED,
        '/sys/fs/cgroup/user.slice/cpu.max': 'max 100000\n',
      }),
    ).toBe(8);
  });

  it.each([
    ['50000 100000', 1],
    ['150000 100000', 2],
    ['300000 100000', 3],
    ['1600000 100000', 8],
    ['1 100000', 1],
  ])('rounds the quota %s of version 2 up to %d', (line, cores) => {
    expect(
      countWith({
        '/proc/self/cgroup': '0::/a\n',
        '/proc/self/mountinfo': UNIFIED,
        '/sys/fs/cgroup/a/cpu.max': `${line}\n`,
      }),
    ).toBe(cores);
  });

  it('takes the least of a group and those around it', () => {
    const files = {
      '/proc/self/cgroup': '0::/pod/container\n',
      '/proc/self/mountinfo': UNIFIED,
      '/sys/fs/cgroup/pod/cpu.max': '200000 100000\n',
      '/sys/fs/cgroup/pod/container/cpu.max': '400000 100000\n',
    };
    expect(countWith(files)).toBe(2);
  });

  it('reads version 1, whose mount shows the group itself', () => {
    const files = {
      '/proc/self/cgroup': '5:memory:/docker/1f\n4:cpu,cpuacct:/docker/1f\n',
      '/proc/self/mountinfo': SPLIT,
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    };
    expect(countWith({ ...files, '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '250000\n' })).toBe(3);
    expect(countWith({ ...files, '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n' })).toBe(8);
  });

  it('looks at what is mounted where the group lies outside of it', () => {
    const files = {
      '/proc/self/cgroup': '0::/../other\n',
      '/proc/self/mountinfo': UNIFIED.replace(' / /sys', ' /pod /sys'),
      '/sys/fs/cgroup/cpu.max': '100000 100000\n',
    };
    expect(countWith(files)).toBe(1);
  });
});
