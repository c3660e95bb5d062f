import type { MeasuredRecord } from '../pipeline/separation-record.js';
import type { Cell } from './section.js';

/** A number of run.json or study.json as a table shows it. */
export function measuredCell(found: MeasuredRecord): Cell {
  if ('not_defined' in found) return { notDefined: found.not_defined };
  return found.error === undefined ? { value: found.value } : { value: found.value, error: found.error };
}
