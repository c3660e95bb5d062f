import { RmmError } from '../lib/base/error.js';

/** A whole number that was given with an option. @throws cli_usage */
export function wholeNumber(
  option: string,
  given: string,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new RmmError('cli_usage', `${option} ${given}: expected a whole number from ${from} to ${to}`);
}
