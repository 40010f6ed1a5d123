import { formatShape } from '../../core/shape.js';
import { buildModel, MODELS } from '../../models/registry.js';
import { describeNetwork } from '../../network/describe.js';
import { formatCount } from '../../report/format-values.js';
import { formatTable } from '../../report/tables.js';

/** The named networks as a table, or one JSON object a line. */
export function formatModels(json: boolean, width?: number): string {
  const models = Object.entries(MODELS).map(([name, { title }]) => {
    const { options, network } = buildModel(name, {}, 'describe');
    const { input, parameters, multiplyAdds } = describeNetwork(network);
    return { name, title, input, parameters, multiplyAdds, options };
  });
  if (json) return models.map((model) => `${JSON.stringify(model)}\n`).join('');
  return formatTable(
    [
      { title: 'network', align: 'left' },
      { title: 'input', align: 'right' },
      { title: 'parameters', align: 'right' },
      { title: 'multiply-adds', align: 'right' },
      { title: 'what it is', align: 'left' },
      { title: 'options', align: 'left' },
    ],
    models.map(({ name, title, input, parameters, multiplyAdds, options }) => [
      name,
      formatShape(input),
      formatCount(parameters),
      formatCount(multiplyAdds),
      title,
      Object.entries(options)
        .map(([option, value]) => `${option}=${value}`)
        .join(' '),
    ]),
    width,
  );
}
