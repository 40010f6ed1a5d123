import { runMain } from '../src/cli/exit.js';
import { main } from '../src/cli/program.js';

// The command in a process of the page's. Where the page's process has gone, be it killed, this one ends as by Ctrl-C: after its step, with its
// state saved. The channel by which it learns of that keeps nobody awake.
process.once('disconnect', () => process.kill(process.pid, 'SIGINT'));
process.channel!.unref();
await runMain(main);
