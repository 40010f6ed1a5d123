/**
 * Does something with every item, with some of them at once, begun in their order.
 *
 * @param atOnce items that are under way at once, at most
 * @returns what it gives of each, in the order of the items
 * @throws what it throws for the first item for which it does, once all that have begun are done; no other one begins
 */
export async function mapSome<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  action: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const failures: { readonly index: number; readonly error: unknown }[] = [];
  let next = 0;
  const work = async () => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await action(items[index]!, index);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  const [first] = failures.sort((a, b) => a.index - b.index);
  if (first) throw first.error;
  return results;
}
