interface Request {
  /** URL of an ES module. */
  readonly module: string;
  /** What its default function does; absent where the module is to be loaded and nothing else. */
  readonly task?: unknown;
}

/**
 * What every thread begins with. It is CommonJS, since piscina tries `require` first, and V8 aborts the whole process (`Module::IsGraphAsync`)
 * where a thread is ended within the `require` of an ES module; within an `import` it may be ended at any moment.
 */
async function doTask({ module, ...request }: Request): Promise<unknown> {
  const { default: action } = await import(module);
  return 'task' in request ? action(request.task) : null;
}

export = doTask;
