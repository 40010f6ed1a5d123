import type { Column } from '../../runs/column.js';
import type { Grouping } from '../../runs/groups.js';

interface GroupingChoiceProps {
  readonly columns: ReadonlyMap<string, Column>;
  readonly value: Grouping | null;
  readonly onChange: (grouping: Grouping | null) => void;
}

/** What runs are grouped by. */
export function GroupingChoice({ columns, value, onChange }: GroupingChoiceProps) {
  const fields = [...columns.values()].filter(
    ({ source, varies, name }) => varies && (source === 'field' || name === 'label' || name === 'sweep'),
  );
  const text = value?.toString() ?? '';
  const isOther = value !== null && value !== 'seeds' && !fields.some(({ name }) => name === text);
  return (
    <label class="grouping">
      Group{' '}
      <select
        value={text}
        onChange={({ currentTarget: { value: chosen } }) =>
          onChange(chosen === '' ? null : chosen === 'seeds' ? 'seeds' : chosen.split(','))
        }
      >
        <option value="">not</option>
        <option value="seeds">over seeds</option>
        {fields.map(({ name, label }) => (
          <option key={name} value={name}>
            by {label}
          </option>
        ))}
        {isOther && <option value={text}>by {text}</option>}
      </select>
    </label>
  );
}
