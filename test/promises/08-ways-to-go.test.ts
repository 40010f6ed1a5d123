import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../experiment/fake-runs.js';
import { SlowSweep, type SlowSweepOptions } from '../helpers/slow-sweep.js';
import { IS_SOAK, reportFigure } from '../helpers/soak.js';
import { HAS_TERMINALS, Terminal } from '../helpers/terminal.js';

const ENDLESS = { pauseMs: 50, epochs: 10_000 };
/** Long enough that a run is in its first step whatever comes. */
const LONG_STEP = { pauseMs: 20_000, epochs: 10_000 };
const SHORT = { pauseMs: 60, epochs: 4 };

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
/** Longer than what counts as one Ctrl-C. */
const IMPATIENCE_MS = 1_100;

const HAS_BASH = spawnSync('bash', ['--version']).status === 0;
const HAS_NPM = spawnSync('npm', ['--version']).status === 0;
if (!HAS_TERMINALS) {
  process.stderr.write(
    "convoy: left out: ways to go on a terminal, as there is no `script` of util-linux's\n",
  );
}
/** What takes longer is left to the soak. */
const long = describe.runIf(IS_SOAK);

const tried = new Map<string, boolean>();
afterAll(() => {
  const kept = [...tried.values()].filter(Boolean).length;
  reportFigure(8, `${kept} of ${tried.size} ways to go end as documented, every run saved or finished`);
});

/** A way to go that is counted. */
function way(name: string, test: () => Promise<void>, possible = true): void {
  it.runIf(possible)(name, async () => {
    tried.set(name, false);
    await test();
    tried.set(name, true);
  });
}

function makeSweep(options: SlowSweepOptions): SlowSweep {
  return new SlowSweep(makeFolder(), options);
}

/** A terminal with a command on it. Traces of nohup around these tests are none of the command's. */
function open(sweep: SlowSweep, command: string, env: NodeJS.ProcessEnv = {}): Terminal {
  return new Terminal(command, { cwd: sweep.folder, env: { _: '', CONVOY_HANGUP: '', ...env } });
}

/** Leaves the command's exit code in a file, where it can be read after the terminal has gone. The shell itself stays until then. */
const keepCode = (command: string) => `(trap : HUP; ${command}; echo $? > code)`;

async function readCode(sweep: SlowSweep): Promise<number> {
  const file = join(sweep.folder, 'code');
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
  return Number(readFileSync(file, 'utf8'));
}

async function until(condition: () => boolean, limitMs = 20_000): Promise<void> {
  const startMs = performance.now();
  while (!condition()) {
    expect(performance.now() - startMs, `waiting for ${condition}`).toBeLessThan(limitMs);
    await sleep(20);
  }
}

const statesOf = (sweep: SlowSweep) => sweep.readRuns().map(({ state }) => state);
const isRunning = (sweep: SlowSweep) => statesOf(sweep).includes('running');

/** Sends the one process of a sweep a signal. */
function signal(sweep: SlowSweep, name: NodeJS.Signals): void {
  process.kill(sweep.readRuns().find(({ state }) => state === 'running')!.pid, name);
}

function expectCursor({ output }: Terminal): void {
  expect(output).toContain(HIDE_CURSOR);
  expect(output.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(output.lastIndexOf(HIDE_CURSOR));
}

describe.runIf(HAS_TERMINALS)('on a terminal', () => {
  way('Ctrl-C saves, marks and shows what there is', async () => {
    const sweep = makeSweep({ ...ENDLESS, seeds: 3 });
    const terminal = open(sweep, sweep.command);
    await terminal.see(/2\/10000/);
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(130);
    expect(sweep.readRuns()).toMatchObject([{ state: 'interrupted', reason: /^interrupted in epoch \d+/ }]);
    expect(terminal.output).toMatch(/slow +0 +interrupted .*\s+2 points have not run\.\s+$/);
    expectCursor(terminal);
  });

  way('Ctrl-C twice ends at once, and marks', async () => {
    const sweep = makeSweep(LONG_STEP);
    const terminal = open(sweep, sweep.command);
    await until(() => sweep.hasBegun);
    terminal.type(CTRL_C);
    await terminal.see(/Once more to end at once/);
    await sleep(IMPATIENCE_MS);
    terminal.type(CTRL_C);
    const startMs = performance.now();
    expect(await terminal.ended).toBe(130);
    expect(performance.now() - startMs).toBeLessThan(10_000);
    expect(sweep.readRuns()).toMatchObject([
      { state: 'interrupted', reason: 'ended at once by a second SIGINT' },
    ]);
    expectCursor(terminal);
  });

  way('a window that is closed saves and marks', async () => {
    const sweep = makeSweep(ENDLESS);
    // The terminal's own shell goes with it, and the kernel tells the others.
    const terminal = open(sweep, `${keepCode(sweep.command)}; :`);
    await until(() => isRunning(sweep));
    terminal.hangUp();
    expect(await readCode(sweep)).toBe(129);
    expect(statesOf(sweep)).toEqual(['interrupted']);
  });

  way(
    'a window that is closed does not touch what nohup has started',
    async () => {
      const sweep = makeSweep({ pauseMs: 150, epochs: 2 });
      const terminal = open(sweep, 'bash --norc -i');
      terminal.type(`${keepCode(`nohup ${sweep.command}`)} &\n`);
      await until(() => isRunning(sweep));
      terminal.hangUp();
      expect(await readCode(sweep)).toBe(0);
      expect(statesOf(sweep)).toEqual(['done']);
      expect(readFileSync(join(sweep.folder, 'nohup.out'), 'utf8')).toMatch(/run 1 of 1, .*: done/);
    },
    HAS_BASH,
  );

  long('at length', () => {
    way(
      'Ctrl-C under npm, which sends it a second time, is one',
      async () => {
        const sweep = makeSweep({ pauseMs: 1_500, epochs: 10 });
        writeFileSync(
          join(sweep.folder, 'package.json'),
          JSON.stringify({ scripts: { start: sweep.command } }),
        );
        const terminal = open(sweep, 'npm start');
        await until(() => isRunning(sweep));
        terminal.type(CTRL_C);
        await terminal.ended;
        expect(sweep.readRuns()).toMatchObject([{ state: 'interrupted', reason: /^interrupted in epoch 1/ }]);
        expectCursor(terminal);
      },
      HAS_NPM,
    );

    for (const line of [
      'nohup npm start',
      'nohup sh -c "$CMD; true" > log',
      'nohup $CMD < /dev/null > log 2>&1',
    ]) {
      way(
        `${line} stays when its window is closed`,
        async () => {
          const sweep = makeSweep({ pauseMs: 150, epochs: 4 });
          writeFileSync(
            join(sweep.folder, 'package.json'),
            JSON.stringify({ scripts: { start: sweep.command } }),
          );
          const terminal = open(sweep, 'bash --norc -i', { CMD: sweep.command });
          terminal.type(`${line} &\n`);
          await until(() => isRunning(sweep));
          terminal.hangUp();
          await until(() => !isRunning(sweep));
          expect(statesOf(sweep)).toEqual(['done']);
        },
        HAS_BASH && HAS_NPM,
      );
    }

    way('a hang-up alone leaves the terminal as it was', async () => {
      const sweep = makeSweep(ENDLESS);
      const terminal = open(sweep, sweep.command);
      await terminal.see(/2\/10000/);
      signal(sweep, 'SIGHUP');
      expect(await terminal.ended).toBe(129);
      expect(statesOf(sweep)).toEqual(['interrupted']);
      expectCursor(terminal);
    });

    way(
      'Ctrl-Z gives the terminal back, and fg goes on',
      async () => {
        const sweep = makeSweep({ pauseMs: 400, epochs: 4 });
        const terminal = open(sweep, 'bash --norc -i', { PS1: 'prompt> ' });
        terminal.type(`${sweep.command}\n`);
        await terminal.see(/1\/4/);
        terminal.type(CTRL_Z);
        await terminal.see(/Stopped/);
        expectCursor(terminal);
        const stoppedAt = terminal.output.length;
        await sleep(1_000);
        expect(terminal.output.slice(stoppedAt)).not.toContain('slow seed');
        terminal.type('fg\n');
        await terminal.see(/1\/1 slow/, stoppedAt);
        await terminal.see(/slow +\d.* s\s/, stoppedAt);
        expectCursor(terminal);
        terminal.type('exit $?\n');
        expect(await terminal.ended).toBe(0);
        expect(statesOf(sweep)).toEqual(['done']);
      },
      HAS_BASH,
    );

    way('a sleep goes on where it began', async () => {
      const sweep = makeSweep(SHORT);
      const terminal = open(sweep, sweep.command);
      await terminal.see(/1\/4/);
      signal(sweep, 'SIGSTOP');
      await sleep(3_000);
      signal(sweep, 'SIGCONT');
      expect(await terminal.ended).toBe(0);
      expect(statesOf(sweep)).toEqual(['done']);
      expectCursor(terminal);
    });

    way(
      'a terminal that vanishes behind a run loses lines alone',
      async () => {
        const sweep = makeSweep(SHORT);
        // A session of its own hears of no hang-up; its writes meet EIO.
        const terminal = open(sweep, `setsid sh -c ${quote(keepCode(sweep.command))} & sleep 60`);
        await until(() => isRunning(sweep));
        terminal.hangUp();
        // The table was asked for, and is lost.
        expect(await readCode(sweep)).toBe(1);
        expect(statesOf(sweep)).toEqual(['done']);
      },
      spawnSync('setsid', ['--version']).status === 0,
    );

    way('an error that nobody has caught gives the terminal back', async () => {
      const sweep = makeSweep(ENDLESS);
      const bomb = join(sweep.folder, 'bomb.mjs');
      writeFileSync(
        bomb,
        `import { existsSync } from 'node:fs';
         setInterval(() => { if (existsSync('now')) Promise.reject(new Error('a bug')); }, 50).unref();`,
      );
      const terminal = open(sweep, sweep.command, { NODE_OPTIONS: `--import=${bomb}` });
      await terminal.see(/2\/10000/);
      writeFileSync(join(sweep.folder, 'now'), '');
      expect(await terminal.ended).toBe(1);
      expect(sweep.readRuns()).toMatchObject([{ state: 'interrupted', reason: 'the program failed: a bug' }]);
      expect(terminal.output).toMatch(/Error: a bug\s+at /);
      expectCursor(terminal);
    });
  });
});

const quote = (command: string) => `'${command}'`;

/** Runs a sweep in a shell and gives its exit code. */
function run(sweep: SlowSweep, command: string): Promise<number | null> {
  const shell = spawn('sh', ['-c', command], { cwd: sweep.folder, stdio: 'ignore' });
  return new Promise((resolve) => shell.on('close', resolve));
}

long('without a terminal', () => {
  way('a standard error that is full loses lines alone', async () => {
    const sweep = makeSweep({ pauseMs: 10, epochs: 2 });
    expect(await run(sweep, `${sweep.command} 2>/dev/full`)).toBe(0);
    expect(statesOf(sweep)).toEqual(['done']);
  });

  way('a standard output that is full is told by the exit code', async () => {
    const sweep = makeSweep({ pauseMs: 10, epochs: 2 });
    expect(await run(sweep, `${sweep.command} >/dev/full`)).toBe(1);
    expect(statesOf(sweep)).toEqual(['done']);
  });

  way('readers that have gone are missed by nobody', async () => {
    const sweep = makeSweep({ ...SHORT, seeds: 2 });
    expect(await run(sweep, `${keepCode(`${sweep.command} --json`)} 2>&1 | head -1`)).toBe(0);
    expect(await readCode(sweep)).toBe(0);
    expect(statesOf(sweep)).toEqual(['done', 'done']);
  });

  way('SIGTERM is one Ctrl-C', async () => {
    const sweep = makeSweep(ENDLESS);
    const ended = run(sweep, `exec ${sweep.command}`);
    await until(() => isRunning(sweep));
    signal(sweep, 'SIGTERM');
    expect(await ended).toBe(143);
    expect(statesOf(sweep)).toEqual(['interrupted']);
  });

  way('the same command goes on after any of them', async () => {
    const sweep = makeSweep({ pauseMs: 60, epochs: 20 });
    const lines = join(sweep.folder, 'lines');
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      writeFileSync(lines, '');
      const ended = run(sweep, `exec ${sweep.command} 2> lines`);
      await until(() => /: epoch \d+ of 20/.test(readFileSync(lines, 'utf8')));
      signal(sweep, name);
      expect(await ended).toBeGreaterThan(128);
    }
    expect(await run(sweep, `${sweep.command} 2> lines`)).toBe(0);
    expect(readFileSync(lines, 'utf8')).toMatch(/goes on in epoch ([4-9]|1\d)/);
    expect(statesOf(sweep)).toEqual(['done']);
  });
});
