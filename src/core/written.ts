/** What a schema takes, as a user may write it: also `as const`. */
export type Written<Value> = Value extends object
  ? { readonly [Key in keyof Value]: Written<Value[Key]> }
  : Value;

/** Of kinds with their options, the names that stand for one by themselves: those all of whose options have defaults. */
export type NameOf<Options extends { readonly kind: string }> = Options extends unknown
  ? { kind: Options['kind'] } extends Options
    ? Options['kind']
    : never
  : never;

/** Any name; an editor completes the known ones, which `string` alone would swallow. */
export type OpenName<Known extends string> = Known | (string & Record<never, never>);
