import cliProgress, { type MultiBar } from 'cli-progress';
import type { Streams } from '../streams.js';

const FRAMES_PER_SECOND = 5;
/** Clears what a live line left behind one that is said in its place. */
const CLEAR_REST = '\x1b[K';
const DEFAULT_COLUMNS = 80;

/** What a live line shows at the moment, in at most so many columns; what is over is cut off. */
export type LiveLine = (columns: number) => string;

/** Lines at the foot of a terminal that are drawn again and again. */
export interface LiveLines {
  /** Prints a line above them. */
  say(line: string): void;
  /** Takes them away. May be called again. */
  close(): void;
}

/** True where live lines can be drawn: on a terminal that can move its cursor. */
export function canShowLiveLines(err: Streams['err']): boolean {
  return err.isTTY === true && process.env.TERM !== 'dumb';
}

/** Draws them until they are closed; they go and come back with Ctrl-Z and `fg`, and leave no hidden cursor behind however the process ends. */
export function showLiveLines(err: Streams['err'], lines: readonly LiveLine[]): LiveLines {
  let bars: MultiBar | null = draw(err, lines);
  const erase = () => {
    if (bars) stop(bars);
    bars = null;
  };
  const suspend = () => {
    erase();
    unlisten();
    // The process stands still in this line, or runs on where there is no shell that could wake it.
    process.kill(process.pid, 'SIGTSTP');
    bars = draw(err, lines);
    listen();
  };
  /** After SIGSTOP, which cannot be told before: lines are drawn anew below what the shell has written. */
  const moveDown = () => {
    err.write('\n'.repeat(lines.length));
  };
  const listen = () => {
    process.on('SIGTSTP', suspend);
    process.on('SIGCONT', moveDown);
    process.on('exit', close);
  };
  const unlisten = () => {
    process.off('SIGTSTP', suspend);
    process.off('SIGCONT', moveDown);
    process.off('exit', close);
  };
  const close = () => {
    unlisten();
    erase();
  };
  listen();
  return {
    say: (line) => {
      if (bars) bars.log(`${line.replaceAll('\n', `${CLEAR_REST}\n`)}${CLEAR_REST}\n`);
      else err.write(`${line}\n`);
    },
    close,
  };
}

function draw(err: Streams['err'], lines: readonly LiveLine[]): MultiBar {
  const bars = new cliProgress.MultiBar({
    stream: err,
    fps: FRAMES_PER_SECOND,
    clearOnComplete: true,
    hideCursor: true,
    // Lines are cut to the terminal's width here, so its own setting can stay as it is.
    linewrap: true,
    // A line that is said pushes all bars down, changed or not.
    forceRedraw: true,
    format: (_options, parameters, { line }: { line: LiveLine }) => {
      const columns = (parameters as { maxWidth?: number }).maxWidth ?? DEFAULT_COLUMNS;
      return line(columns - 1).slice(0, columns - 1);
    },
  });
  for (const line of lines) bars.create(1, 0, { line });
  return bars;
}

function stop(bars: MultiBar): void {
  // Only an update prints the lines that were said last.
  bars.update();
  bars.stop();
}
