import { useEffect, useRef } from 'preact/hooks';

/** A key that does something in what is shown. */
export interface KeyBinding {
  /** As `KeyboardEvent.key` calls it: `/`, `j`, `?`, `Escape`. */
  readonly key: string;
  /** What it does, for the help. */
  readonly label: string;
  readonly action: () => void;
}

/** Bindings that are there now, the latest last, which comes first. */
const bound: KeyBinding[] = [];

/** Binds keys for as long as the component is shown. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  const names = bindings.map(({ key, label }) => `${key} ${label}`).join('\n');
  useEffect(() => {
    const own = latest.current.map((binding) => ({
      ...binding,
      action: () => latest.current.find(({ key }) => key === binding.key)?.action(),
    }));
    bound.push(...own);
    return () => {
      for (const binding of own) bound.splice(bound.indexOf(binding), 1);
    };
  }, [names]);
}

/** What the help lists: of two bindings of a key the one that counts. */
export function listKeys(): readonly KeyBinding[] {
  return [...new Map(bound.map((binding) => [binding.key, binding])).values()];
}

/** Listens for the whole page; called once. An open dialog has its keys to itself. */
export function listenForKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const binding = bound.findLast(({ key }) => key === event.key);
    if (!binding || takesText(event.target as Partial<Field> | null)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    event.preventDefault();
    binding.action();
  });
}

/** What is known of an element that has the focus. */
interface Field {
  readonly tagName: string;
  readonly type: string;
  readonly isContentEditable: boolean;
}

/** Kinds of `<input>` that take no letters. */
const WITHOUT_TEXT = new Set(['checkbox', 'radio', 'range', 'button', 'submit', 'reset', 'color', 'file']);

/** Whether letters are typed into what has the focus; a box that was clicked, or a list that was chosen from, keeps the focus but takes none. */
export function takesText(target: Partial<Field> | null): boolean {
  if (target?.isContentEditable || target?.tagName === 'TEXTAREA') return true;
  return target?.tagName === 'INPUT' && !WITHOUT_TEXT.has(target.type ?? 'text');
}
