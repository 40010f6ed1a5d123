// From CommonJS, by `import()`, and by `require` where Node.js can (22 and later).
import('./train.mjs').then(() => {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 22 && typeof require('convoy-cnn').train !== 'function')
    throw new Error('require gave no train');
});
