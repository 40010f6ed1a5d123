/** Texts, of which those before a colon are keys, and what opens and closes objects and arrays. */
const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g;

/**
 * The first key that an object has twice, of which JSON.parse would silently take the last; null if there is none.
 *
 * @param json valid JSON
 */
export function findDuplicateKey(json: string): string | null {
  /** The keys so far of each object that is open; arrays have none. */
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(TOKENS)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (text === undefined) open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(text) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}
