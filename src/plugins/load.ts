import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { checkRegular } from '../core/regular-file.js';
import { checkNames, collectKinds } from './collect-kinds.js';
import { joinPlugins, NO_PLUGINS, type Plugin, type PluginAddress, type Plugins } from './plugins.js';

/** Plugins as a user gives them: files, by their paths or `file:` URLs, or what `loadPlugins` has made of them. */
export type PluginSource = Plugins | readonly (string | URL)[];

/**
 * Loads modules that export kinds of layer or optimizer of the user's own. A file is hashed as it is loaded; one that has changed since it was loaded
 * before is loaded anew.
 *
 * @param source paths begin at the current folder
 * @throws UserError for a file that is not there, does not load, exports no kind, imports other files, or brings a name that exists
 */
export async function loadPlugins(source: PluginSource): Promise<Plugins> {
  if ('modules' in source) return source;
  if (source.length === 0) return NO_PLUGINS;
  const modules = await loadModules([...new Set(source.map(toFileUrl))]);
  checkNames(modules.map(({ url, ...kinds }) => ({ where: nameModule(url), ...kinds })));
  return joinPlugins(modules);
}

/** One after another, so that of several mistakes always the first one is told. */
async function loadModules(urls: readonly string[]): Promise<Plugin[]> {
  const modules: Plugin[] = [];
  for (const url of urls) modules.push(await loadModule(url));
  return modules;
}

/**
 * Loads a run's plugins in another thread than the one that described the run, and checked their names. A word of patterns may be missing here that
 * one of them is a variant of: the run's network is written out.
 *
 * @throws UserError if one is no longer the file that it was there
 */
export async function loadPluginsAgain(addresses: readonly PluginAddress[]): Promise<Plugins> {
  const modules = await loadModules(addresses.map(({ url }) => url));
  for (const [i, { url, sha256 }] of addresses.entries()) {
    if (modules[i]!.sha256 === sha256) continue;
    throw new UserError(
      `${nameModule(url)}: expected the file as it was when the run began, found it changed. Run again.`,
    );
  }
  return modules.length === 0 ? NO_PLUGINS : joinPlugins(modules);
}

function toFileUrl(address: string | URL): string {
  const text = String(address);
  if (/^[a-z][a-z+.-]+:/i.test(text) && !text.startsWith('file:')) {
    throw new UserError(
      `plugin ${text}: expected a file, found another kind of URL. Give a path or a file: URL.`,
    );
  }
  return text.startsWith('file:') ? new URL(text).href : pathToFileURL(resolve(text)).href;
}

/** In messages. */
function nameModule(url: string): string {
  return `plugin ${basename(fileURLToPath(url))}`;
}

async function loadModule(url: string): Promise<Plugin> {
  const where = nameModule(url);
  const bytes = await readModule(url, where);
  checkImports(bytes.toString('utf8'), where);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  // A module that has been loaded stays; with its hash in the address, one for each content.
  const exports = await import(`${url}?sha256=${sha256}`).catch((error: unknown) => {
    throw new UserError(`${where}: expected a module that loads, found ${explainImportError(error, url)}`);
  });
  const { layers, optimizers } = collectKinds(exports, where);
  // A layer and an optimizer may have one name.
  const names = new Set([...layers, ...optimizers].map(({ kind }) => kind));
  return { url, sha256, layers, optimizers, provides: [...names].sort() };
}

async function readModule(url: string, where: string): Promise<Buffer> {
  const path = fileURLToPath(url);
  try {
    const stats = await stat(path);
    // Reading a named pipe would wait for somebody to write to it; of a folder the system says what it is.
    if (!stats.isDirectory()) checkRegular(stats, `${where}: ${path}`, 'a module');
    return await readFile(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${where}: ${path}: ${explainFileError(error)}. Correct the path.`);
  }
}

const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const FILE_IMPORT = /\b(?:from|import)\s*\(?\s*['"`]((?:\.{0,2}\/|file:)[^'"`]*)['"`]/;

/** The hash says what a plugin is, so all of it must be in the file. */
function checkImports(text: string, where: string): void {
  const [, path] = FILE_IMPORT.exec(text.replace(COMMENTS, '')) ?? [];
  if (path === undefined) return;
  throw new UserError(
    `${where}: expected imports of packages alone, found one of '${path}', which the SHA-256 of the plugin would not cover. ` +
      'Put all of it into one file.',
  );
}

/** `SyntaxError in line 3: Unexpected token '}'. Mend it.` */
function explainImportError(error: unknown, url: string): string {
  if (!(error instanceof Error)) return `that it throws ${String(error)}. Mend it.`;
  if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') {
    return `${error.message.split('\n')[0]}. Install it where the plugin is.`;
  }
  const stack = error.stack ?? '';
  const at = stack.indexOf(url);
  const [, line] = /^[^:\s)]*:(\d+)/.exec(stack.slice(at + url.length)) ?? [];
  const place = at >= 0 && line !== undefined ? ` in line ${line}` : '';
  return `${error.name}${place}: ${error.message.split('\n')[0]}. Mend it.`;
}
