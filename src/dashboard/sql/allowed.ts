/**
 * Instructions of SQLite's machine that compute, jump, and read or write what only the statement has. Those with something more to them are looked at
 * one by one by `checkProgram`; all others, also ones that a later SQLite may have, are refused.
 */
export const HARMLESS_OPCODES: ReadonlySet<string> = words(`
  Init Goto Gosub Return InitCoroutine EndCoroutine Yield BeginSubrtn Jump Once Halt HaltIfNull Noop Explain Abortable Trace ReleaseReg
  If IfNot IfNullRow IfPos IfNotZero IfNotOpen IfNoHope IfEmpty IfSizeBetween DecrJumpZero IsNull NotNull IsTrue IsType ZeroOrNull MustBeInt
  Eq Ne Lt Le Gt Ge ElseEq And Or Not Compare Permutation CollSeq
  Integer Int64 Real String String8 Blob Null SoftNull Variable Move Copy SCopy IntCopy Cast Affinity RealAffinity TypeCheck
  Add AddImm Subtract Multiply Divide Remainder Concat BitAnd BitOr BitNot ShiftLeft ShiftRight MemMax OffsetLimit Param
  OpenDup OpenAutoindex OpenEphemeral OpenPseudo SorterOpen Close
  Rewind Last Next Prev SeekLT SeekLE SeekGE SeekGT SeekRowid SeekScan SeekHit SeekEnd NotFound Found NotExists NoConflict DeferredSeek FinishSeek
  IdxLE IdxGT IdxLT IdxGE IdxRowid IFindKey Column ColumnsUsed Offset Count Rowid RowData NullRow Sequence SequenceTest CursorHint CursorLock CursorUnlock
  MakeRecord NewRowid Insert Delete IdxInsert IdxDelete RowCell ResetCount ResetSorter
  Sort SorterSort SorterNext SorterCompare SorterData SorterInsert RowSetAdd RowSetRead RowSetTest Filter FilterAdd
  VFilter VColumn VNext VInitIn ClrSubtype GetSubtype SetSubtype ResultRow Expire TableLock
`);

/** Functions that compute from their arguments alone, or tell the time. What makes a large value of a small one is bounded by memory. */
export const ALLOWED_FUNCTIONS: ReadonlySet<string> = words(`
  -> ->> abs acos acosh asin asinh atan atan2 atanh ceil ceiling char coalesce concat concat_ws cos cosh current_date current_time
  current_timestamp date datetime degrees exp floor format glob hex if ifnull iif instr julianday length like likelihood likely ln log log10 log2
  lower ltrim max min mod nullif octet_length pi pow power printf quote radians random replace round rtrim sign sin sinh soundex sqrt strftime
  substr substring tan tanh time timediff trim trunc typeof unhex unicode unistr unistr_quote unixepoch unlikely upper subtype
  avg count group_concat median percentile percentile_cont percentile_disc string_agg sum total
  cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
  json json_array json_array_insert json_array_length json_error_position json_extract json_group_array json_group_object json_insert json_object
  json_patch json_pretty json_quote json_remove json_replace json_set json_type json_valid
  jsonb jsonb_array jsonb_array_insert jsonb_extract jsonb_group_array jsonb_group_object jsonb_insert jsonb_object jsonb_patch jsonb_remove
  jsonb_replace jsonb_set
`);

/** Tables that are functions. */
export const ALLOWED_TABLE_FUNCTIONS = ['json_each', 'json_tree'] as const;

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
