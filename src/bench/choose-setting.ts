import { median } from './median.js';

/** What a setting took, several times: seconds, or megabytes. */
export interface Trial<Setting> {
  readonly setting: Setting;
  readonly measured: readonly number[];
}

/** The setting that takes least, by the median. Of equals the first, which is the plainer one. */
export function chooseSetting<Setting>(trials: readonly Trial<Setting>[]): Setting {
  return trials.reduce((best, one) => (median(one.measured) < median(best.measured) ? one : best)).setting;
}
