/** Adds fields to an object, or changes them. Several times as fast as a literal that spreads objects of dozens of fields and adds others. */
export function addFields<Target extends object, Fields extends object>(
  target: Target,
  fields: Fields,
): Target & Fields {
  const changed = target as Target & Fields;
  for (const key in fields) changed[key] = fields[key] as (Target & Fields)[typeof key];
  return changed;
}
