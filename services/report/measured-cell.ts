import type { MeasuredRecord } from '../pipeline/separation-record.js';

/** A number, with its statistical error where there is one, or why there is none. */
export type WithError = { readonly value: number; readonly error?: number } | { readonly notDefined: string };

/** A number of run.json or study.json as a table shows it. */
export function measuredCell(found: MeasuredRecord): WithError {
  if ('not_defined' in found) return { notDefined: found.not_defined };
  return found.error === undefined ? { value: found.value } : { value: found.value, error: found.error };
}
