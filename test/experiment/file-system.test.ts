import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { checkLocalFileSystem, findFileSystem } from '../../src/experiment/file-system.js';
import { makeFolder } from './fake-runs.js';

/** A list of mounts: the root and another one. */
const mountAt = (
  mountPoint: string,
  type: string,
  optional = '',
) => `27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
91 27 0:60 /export ${mountPoint} rw,relatime ${optional}- ${type} server:/export rw,vers=4.2
`;

describe('the file system of a file', () => {
  it('is that of the innermost mount, also if the file does not exist yet', () => {
    const mounts = mountAt('/home/me', 'nfs4', 'shared:12 master:3 ');
    expect(findFileSystem('/home/me/data/new.db', mounts)).toEqual({ type: 'nfs4', mountPoint: '/home/me' });
    expect(findFileSystem('/home/mel/x.db', mounts)?.type).toBe('ext4');
    expect(findFileSystem('/', mounts)?.type).toBe('ext4');
  });

  it('is that of the upper one of two mounts in one place', () => {
    const mounts = `${mountAt('/home', 'nfs4')}${mountAt('/home', 'tmpfs').split('\n')[1]}\n`;
    expect(findFileSystem('/home/x.db', mounts)?.type).toBe('tmpfs');
  });

  it('is found for names with blanks and behind links', () => {
    const folder = makeFolder();
    symlinkSync(folder, join(folder, 'link'));
    expect(findFileSystem(join(folder, 'link/x.db'), mountAt(folder, 'cifs'))?.type).toBe('cifs');
    expect(findFileSystem('/mnt/my disk/x.db', mountAt('/mnt/my\\040disk', 'cifs'))?.type).toBe('cifs');
  });

  it.runIf(process.platform === 'linux')('is told by this system', () => {
    expect(findFileSystem('/proc/self/status')?.type).toBe('proc');
    expect(findFileSystem(makeFolder())).not.toBeNull();
  });

  it('is not known without a list of mounts', () => {
    expect(findFileSystem('/x.db', '')).toBeNull();
    expect(() => checkLocalFileSystem('/x.db', '')).not.toThrow();
  });
});

describe('a database', () => {
  it.each([
    'nfs',
    'nfs4',
    'cifs',
    'smb3',
    '9p',
    'fuse.sshfs',
    'fuse.rclone',
    'fuse.glusterfs',
    'lustre',
    'ceph',
  ])('is refused on %s, with advice', (type) => {
    const check = () => checkLocalFileSystem('/mnt/net/experiments.db', mountAt('/mnt/net', type));
    expect(check).toThrow(UserError);
    expect(check).toThrow(`found a network file system (${type}, mounted at /mnt/net)`);
  });

  it.each([
    'ext4',
    'xfs',
    'btrfs',
    'zfs',
    'overlay',
    'tmpfs',
    'virtiofs',
    'fuseblk',
    'fuse.mergerfs',
    'fuse-overlayfs',
  ])('may lie on %s', (type) => {
    expect(() => checkLocalFileSystem('/mnt/x/e.db', mountAt('/mnt/x', type))).not.toThrow();
  });
});
