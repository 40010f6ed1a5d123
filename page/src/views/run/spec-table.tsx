import { useState } from 'preact/hooks';
import type { SpecLine } from '../../../../src/dashboard/spec-lines.js';
import { DataTable } from '../../parts/data-table.js';

const COLUMNS = [{ title: 'field' }, { title: 'value' }, { title: 'default' }];

/** A run's spec beside the defaults: what differs, and on demand the rest. */
export function SpecTable({ lines }: { readonly lines: readonly SpecLine[] }) {
  const [isWhole, setWhole] = useState(false);
  const changed = lines.filter(({ isDefault }) => !isDefault);
  const usual = lines.length - changed.length;
  return (
    <>
      <DataTable
        caption="Fields of the spec that differ from the defaults of this network"
        columns={COLUMNS}
        rows={(isWhole ? lines : changed).map(({ field, value, default: usual, isDefault }) => [
          field,
          isDefault ? <span class="faint">{value ?? '–'}</span> : <strong>{value ?? '–'}</strong>,
          <span class="faint">{usual ?? '–'}</span>,
        ])}
      />
      <button type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
        {isWhole
          ? 'Hide what is as by default'
          : `Show the ${usual === 1 ? 'field that is' : `${usual} fields that are`} as by default`}
      </button>
    </>
  );
}
