/** `/api/databases`: one that the page shows. */
export interface DatabaseAnswer {
  /** What other addresses call it: `db=0`. */
  readonly db: number;
  /** The file as the command was given it. */
  readonly name: string;
  /** Whether the page may stop and queue runs. */
  readonly canControl: boolean;
}
