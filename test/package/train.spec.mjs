import { expect, it, vi } from 'vitest';

it('trains within vitest', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('./train.mjs');
  expect(log.mock.calls[0]?.[1]).toMatch(/^[0-9a-f]{64}$/);
});
