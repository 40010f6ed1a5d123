import { parentPort, workerData } from 'node:worker_threads';

// Ends the process that this is a thread of once it has more memory than it may. Its main thread is busy in native code, and cannot look itself.
const WATCH_EVERY_MS = 10;

setInterval(() => {
  if (process.memoryUsage.rss() > (workerData as number)) process.kill(process.pid, 'SIGKILL');
}, WATCH_EVERY_MS);
parentPort!.postMessage('watching');
