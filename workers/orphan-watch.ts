import { workerData } from 'node:worker_threads';

const INTERVAL_MS = 1_000;

// A thread of a process that trains for another one: ends it once the other one has gone, which the process cannot hear of while its event loop is
// held up, be it for ever.
const parent: number = workerData;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, INTERVAL_MS);
