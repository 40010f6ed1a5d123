import { useEffect, useRef } from 'preact/hooks';

/** A key that does something in what is shown. */
export interface KeyBinding {
  /** As `KeyboardEvent.key` calls it: `/`, `j`, `?`, `Escape`. */
  readonly key: string;
  /** What it does, for the help. */
  readonly label: string;
  readonly action: () => void;
  /** Whether it works while something is typed, too. Default: false. */
  readonly whileTyping?: boolean;
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

/** Listens for the whole page; called once. */
export function listenForKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const binding = bound.findLast(({ key }) => key === event.key);
    if (!binding || (isTyping(event.target) && !binding.whileTyping)) return;
    event.preventDefault();
    binding.action();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
