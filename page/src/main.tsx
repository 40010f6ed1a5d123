import { render } from 'preact';
import { App } from './app.js';
import { listenForKeys } from './lib/keys.js';
import { followTheme } from './lib/theme.js';

followTheme();
listenForKeys();
render(<App />, document.getElementById('page')!);
