import { useState } from 'preact/hooks';
import { setParams } from '../../lib/router.js';

/** Which runs are compared, by their numbers. */
export function ChooseRuns({ runs }: { readonly runs: readonly number[] }) {
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? runs.join(', ');
  const submit = (event: Event) => {
    event.preventDefault();
    const numbers = text.match(/\d+/g) ?? [];
    setParams({ runs: numbers.length > 0 ? [...new Set(numbers.map(Number))].join() : null });
    setTyped(null);
  };
  return (
    <form class="choices" onSubmit={submit}>
      <label>
        Numbers of runs
        <input
          value={text}
          inputMode="numeric"
          onInput={(event) => setTyped(event.currentTarget.value)}
          placeholder="3, 17"
        />
      </label>
      <button type="submit">Compare</button>
    </form>
  );
}
