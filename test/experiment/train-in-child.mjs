// The other side of ChildExecutor: trains the spec that it is sent, until it is told to stop, and sends what comes of it.
import { train } from '../../dist/src/index.js';

const stop = new AbortController();

process.on('message', async (message) => {
  if ('stop' in message) {
    stop.abort();
    return;
  }
  try {
    const result = await train(message.spec, {
      workers: 1,
      signal: stop.signal,
      onEpoch: (metrics) => process.send({ metrics }),
    });
    process.send({ result });
  } catch (error) {
    process.send({ error: error.message });
  }
  process.disconnect();
});
