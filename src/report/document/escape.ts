/** Text as it may stand between tags and in quoted attributes, of HTML and of XML alike. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
