// A process that trains points for another one: the far side of TrainerProcess. What a terminal sends goes to all processes of a command, and is
// for the other one to answer, so it is ignored before anything else is loaded.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

// Nobody is left to tell. By force, since a thread that never returns would keep an orderly end waiting.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const { serveTrainer } = await import('../src/experiment/serve-trainer.js');
await serveTrainer(JSON.parse(process.argv[2]!));
