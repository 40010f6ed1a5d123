/** Where nobody listens, a warning goes where those of Node.js itself do. */
export function emitWarning(message: string): void {
  process.emitWarning(message, 'ConvoyWarning');
}
