/** More would make the text hard to read. */
const GREATEST = 0.5;

/** The ground of a cell that is worth a look. The square root, so that small shares are seen, too. */
export function shade(share: number): { readonly backgroundColor: string } {
  const strength = GREATEST * Math.sqrt(Math.min(1, Math.max(0, share)));
  return { backgroundColor: `rgba(var(--shade), ${strength.toFixed(3)})` };
}
