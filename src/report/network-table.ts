import { formatShape } from '../core/shape.js';
import type { LayerDescription, NetworkDescription } from '../network/describe.js';
import { formatBytes, formatCount, NOTHING } from './format-values.js';
import { type Column, formatTable } from './tables.js';

const COLUMNS: readonly Column[] = [
  { title: '', align: 'right' },
  { title: 'layer', align: 'left' },
  { title: 'type', align: 'left' },
  { title: 'description', align: 'left' },
  ...['output', 'field', 'in input', 'parameters', 'multiply-adds', 'memory'].map(
    (title): Column => ({ title, align: 'right' }),
  ),
];

/** A network's table and what is to be said of it. */
export interface NetworkTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** A network as the chapter's table 15.2 with what each layer costs, a line of totals, and what the columns mean. */
export function formatNetworkTable(network: NetworkDescription, width?: number): string {
  const { columns, rows, notes } = tabulateNetwork(network);
  return [
    `${network.name}\n\n`,
    formatTable(columns, rows, width),
    '\n',
    ...notes.map((note) => `${note}\n`),
  ].join('');
}

/** The same as cells. */
export function tabulateNetwork(network: NetworkDescription): NetworkTable {
  const { layers, trainingMemory: memory } = network;
  const parts = [
    `${formatBytes(memory.activations)} of outputs`,
    `${formatBytes(memory.activationGradients)} of their gradients`,
    `${formatBytes(memory.model)} of parameters, gradients and the optimizer's state`,
  ];
  return {
    columns: COLUMNS,
    rows: [
      ['', 'input', '', '', formatShape(network.input), '', '', '', '', formatBytes(network.inputBytes)],
      ...layers.map((layer, i) => [String(i + 1), ...formatLayer(layer)]),
      [String(layers.length + 1), 'loss', network.loss, formatHeads(network), '', '', '', '', '', ''],
      [
        '',
        'total',
        '',
        '',
        '',
        '',
        '',
        formatCount(network.parameters),
        formatCount(network.multiplyAdds),
        formatBytes(network.activationBytes),
      ],
    ],
    notes: [
      'field: what of its input one element in front of the first fully connected layer depends on (table 15.2)',
      "in input: what of the network's input one element of its output depends on; both with padding",
      'multiply-adds: of products, one image forward. memory: its output in training, one image',
      `training with mini-batches of ${network.batchSize}: ${formatBytes(memory.total)} = ${parts.join(' + ')}`,
    ],
  };
}

function formatLayer(layer: LayerDescription): string[] {
  return [
    layer.name,
    layer.kind,
    [layer.description, layer.inputs && `from ${layer.inputs.join(', ')}`].filter(Boolean).join('; '),
    formatShape(layer.output),
    layer.receptiveField ? formatExtent(layer.receptiveField) : NOTHING,
    formatExtent(layer.fieldInInput),
    formatCount(layer.parameters),
    formatCount(layer.multiplyAdds),
    layer.activationBytes > 0 ? formatBytes(layer.activationBytes) : 'in place',
  ];
}

/** The terms of the loss that other layers have: `+ 0.3·aux1 + 0.3·aux2 in training`. */
function formatHeads({ loss, heads = [] }: NetworkDescription): string {
  const terms = heads.map(
    ({ from, weight, loss: own = loss }) => `+ ${weight}·${from}${own === loss ? '' : ` (${own})`}`,
  );
  return terms.length > 0 ? `${terms.join(' ')} in training` : '';
}

/** One number for a square, as the chapter writes it. */
function formatExtent([y, x]: readonly [number, number]): string {
  return y === x ? String(y) : `${y}×${x}`;
}
