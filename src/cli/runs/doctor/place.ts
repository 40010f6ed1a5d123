import { findFileSystem, isNetworkFileSystem } from '../../../experiment/file-system.js';
import type { Check } from './finding.js';

export const placeCheck: Check = {
  name: 'place',
  ok: 'the database lies on a disk of this machine',
  find(db) {
    const place = findFileSystem(db.name);
    if (place === null || !isNetworkFileSystem(place)) return [];
    return [
      {
        isWrong: true,
        what: `The database lies on a network file system (${place.type}, mounted at ${place.mountPoint}): it is read from a copy, and sweeps refuse it.`,
        mend: 'To go on with it, put a copy on a local disk: runs backup FILE.',
      },
    ];
  },
};
