/** A word as a shell takes it: in quotes where it has to be. */
export function quoteWord(word: string): string {
  return /^[\w./=,@%:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
