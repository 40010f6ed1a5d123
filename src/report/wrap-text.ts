/**
 * Breaks a text into lines of at most `width` characters: between words, and within words that are longer. A number and its deviation
 * (`1.50 ± 0.71`) stay together if they can.
 */
export function wrapText(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of splitWords(text).flatMap((long) => cut(long, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** What a text is not broken within, if there is room. */
export function splitWords(text: string): string[] {
  return text.split(/(?<!±) (?!±)/);
}

function cut(word: string, width: number): string[] {
  return word.length <= width ? [word] : [word.slice(0, width), ...cut(word.slice(width), width)];
}
