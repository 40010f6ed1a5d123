// As a server would, in a worker thread.
import { Worker } from 'node:worker_threads';

const worker = new Worker(new URL('./train.mjs', import.meta.url));
worker.on('error', (error) => {
  throw error;
});
