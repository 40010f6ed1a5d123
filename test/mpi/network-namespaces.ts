import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { makeLastingFolder } from '../helpers/lasting-folder.js';

/** What stands before `mpirun`, and the options by which it finds two hosts. */
export interface Hosts {
  readonly prefix: readonly string[];
  readonly options: readonly string[];
}

/**
 * Two network namespaces with a cable between them, as two machines: `mpirun` starts its daemon in the other by a script in place of ssh. To be called at
 * the top of a file of tests; they go with the last of these. Null for who may not make any.
 */
export function makeHosts(): Hosts | null {
  const names = [0, 1].map((host) => `convoy-${process.pid}-${host}`) as [string, string];
  const links = [0, 1].map((host) => `cv${process.pid}.${host}`) as [string, string];
  const addresses = ['10.213.77.1', '10.213.77.2'] as const;
  const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });
  const removeAll = () => {
    for (const name of names) {
      try {
        ip('netns', 'delete', name);
      } catch {
        // It was not made.
      }
    }
  };
  try {
    for (const name of names) ip('netns', 'add', name);
    ip(
      'link',
      'add',
      links[0],
      'netns',
      names[0],
      'type',
      'veth',
      'peer',
      'name',
      links[1],
      'netns',
      names[1],
    );
    for (const [host, name] of names.entries()) {
      ip('-n', name, 'address', 'add', `${addresses[host]}/24`, 'dev', links[host]!);
      ip('-n', name, 'link', 'set', links[host]!, 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
  } catch {
    removeAll();
    return null;
  }
  afterAll(removeAll);
  const agent = join(makeLastingFolder(), 'agent.sh');
  writeFileSync(agent, `#!/bin/sh\nshift\nexec ip netns exec ${names[1]} sh -c "$*"\n`);
  chmodSync(agent, 0o755);
  return {
    prefix: ['ip', 'netns', 'exec', names[0]],
    options: [
      '--mca',
      'plm_rsh_agent',
      agent,
      '--host',
      addresses.map((address) => `${address}:1`).join(','),
    ],
  };
}
