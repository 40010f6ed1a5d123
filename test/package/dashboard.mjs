// Starts the live page as a command of the package, opens it as a browser would, and prints what it got.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const command = 'node_modules/convoy-cnn/scripts/convoy.js';
const child = spawn(process.execPath, [command, 'dashboard', '--listen', '127.0.0.1:0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [address] = await once(createInterface({ input: child.stdout }), 'line');
const opened = await fetch(address, { redirect: 'manual' });
const headers = { cookie: opened.headers.get('set-cookie').split(';')[0] };
const get = (path) => fetch(new URL(path, address), { headers });
const page = await (await get('/')).text();
const script = await (await get(/src="([^"]+\.js)"/.exec(page)[1])).text();
const [{ name }] = await (await get('/api/databases')).json();
child.kill('SIGINT');
const [code] = await once(child, 'exit');
console.log(opened.status, script.length > 10_000, name, code);
