/** Tells of what changes in the database that is shown. */
export interface ChangeStream {
  /**
   * Calls back on every event of a kind: `runs`, `gone`, `epochs`, `reload`.
   *
   * @returns what ends it
   */
  on<T>(event: string, listener: (data: T) => void): () => void;
  /** Goes on from a version that an answer has given, so that nothing between that answer and the stream is missed. */
  resumeFrom(version: string): void;
}
