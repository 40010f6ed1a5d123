export default { test: { include: ['*.spec.mjs'], pool: 'threads', testTimeout: 60_000 } };
