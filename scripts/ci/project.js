import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.js';
import { root } from './work-copy.js';

/**
 * An empty project that installs the package, with the files of test/package in it.
 *
 * @param node the folder of a Node.js: its `bin/node` is what all that the project runs finds
 * @param npm the command that starts npm, and its first arguments
 */
export class Project {
  constructor(folder, { node, npm = ['npm'] }) {
    this.folder = folder;
    this.npmCommand = npm;
    this.environment = {
      ...(node ? { PATH: `${join(node, 'bin')}:${process.env.PATH}`, npm_config_nodedir: node } : {}),
      npm_config_update_notifier: 'false',
    };
    mkdirSync(folder, { recursive: true });
    cpSync(join(root, 'test', 'package'), folder, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'project', private: true, type: 'module' }),
    );
  }

  /** Installs packages with no script of theirs. */
  install(packages, flags = []) {
    return this.npm(
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      ...flags,
      ...packages,
    );
  }

  npm(...args) {
    return this.run(this.npmCommand[0], [...this.npmCommand.slice(1), ...args]);
  }

  /** What a command prints, in the project. */
  run(command, args) {
    return run(command, args, { cwd: this.folder, environment: this.environment });
  }

  node(...args) {
    return this.run('node', args);
  }

  /** `npx convoy ...`. */
  convoy(...args) {
    return this.npm('exec', '--offline', '--', 'convoy', ...args);
  }
}
