import { spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** Whether this process may make networks of its own: root may, outside of most containers. */
export const CAN_MAKE_NETWORKS =
  process.platform === 'linux' && process.getuid?.() === 0 && canMakeCable() && canMakeName();

function canMakeCable(): boolean {
  const [space, cable] = [`convoy-${process.pid}-0`, `cv${process.pid % 100_000}x0`];
  const does = (...args: string[]) => spawnSync('ip', args).status === 0;
  const isMade =
    does('netns', 'add', space) &&
    does('link', 'add', cable, 'type', 'veth', 'peer', 'name', `${cable}f`, 'netns', space);
  // And the cable with it.
  does('netns', 'delete', space);
  return isMade;
}

function canMakeName(): boolean {
  return spawnSync('unshare', ['--uts', 'hostname', 'other']).status === 0;
}

/** A machine, as far as a process can see: where commands are run. */
export interface Host {
  readonly name: string;
  /** Under which it finds what listens on this machine. */
  readonly gateway: string;
  /** Puts in front of a command what runs it there. */
  wrap(command: readonly string[]): string[];
}

/** This machine. */
export const HERE: Host = { name: 'here', gateway: '127.0.0.1', wrap: (command) => [...command] };

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

/** Of networks that tests beside this one make. */
let made = 0;

/** A machine with a name and a network of its own, tied to this one by a cable that can be pulled. Goes with the test. */
export class NetworkHost implements Host {
  readonly gateway: string;
  readonly #space: string;
  readonly #cable: string;

  constructor(readonly name: string) {
    const [number, subnet] = [++made, process.pid % 250];
    this.#space = `convoy-${process.pid}-${number}`;
    this.#cable = `cv${process.pid % 100_000}x${number}`;
    this.gateway = `10.${subnet + 1}.${number}.1`;
    const far = `${this.#cable}f`;
    ip('netns', 'add', this.#space);
    onTestFinished(() => ip('netns', 'delete', this.#space));
    ip('link', 'add', this.#cable, 'type', 'veth', 'peer', 'name', far, 'netns', this.#space);
    ip('addr', 'add', `${this.gateway}/24`, 'dev', this.#cable);
    ip('link', 'set', this.#cable, 'up');
    ip('-n', this.#space, 'addr', 'add', this.gateway.replace(/1$/, '2/24'), 'dev', far);
    ip('-n', this.#space, 'link', 'set', far, 'up');
    ip('-n', this.#space, 'link', 'set', 'lo', 'up');
    ip('-n', this.#space, 'route', 'add', 'default', 'via', this.gateway);
  }

  wrap(command: readonly string[]): string[] {
    // Each takes the place of the one before it, so that a signal reaches the command.
    const rename = ['unshare', '--uts', 'sh', '-c', `hostname ${this.name}; exec "$@"`, 'sh'];
    return ['ip', 'netns', 'exec', this.#space, ...rename, ...command];
  }

  pullCable(): void {
    ip('link', 'set', this.#cable, 'down');
  }

  plugIn(): void {
    ip('link', 'set', this.#cable, 'up');
  }
}

/** Two machines, as far as this one can make any. */
export function makeHosts(): readonly [Host, Host] {
  return CAN_MAKE_NETWORKS ? [new NetworkHost('box-a'), new NetworkHost('box-b')] : [HERE, HERE];
}
