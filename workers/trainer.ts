import { Worker } from 'node:worker_threads';

// A process that trains points for another one: the far side of TrainerProcess. What a terminal sends goes to all processes of a command, and is
// for the other one to answer, so it is ignored before anything else is loaded.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

// Nobody is left to tell. By force, since a thread that never returns would keep an orderly end waiting.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
watchParent();

const { serveTrainer } = await import('../src/experiment/serve-trainer.js');
await serveTrainer(JSON.parse(process.argv[2]!));

function watchParent(): void {
  try {
    // Without this process's preloads, which are not for it. Should it fail, there is still the disconnection.
    new Worker(new URL('./orphan-watch.js', import.meta.url), {
      workerData: process.ppid,
      env: {},
      execArgv: [],
    })
      .on('error', () => {})
      .unref();
  } catch {
    // Where there can be no threads, nothing is trained, and the run's own say so.
  }
}
