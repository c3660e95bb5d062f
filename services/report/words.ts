import { type Measured, notDefined } from '../../lib/statistics/measured.js';

/** A number for reading. */
export function short(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}

/** A share in percent, without the digits that binary fractions add: 0.07 is "7 %". */
export function percent(share: number): string {
  return `${short(share * 100, 12)} %`;
}

/** A p-value for reading, also one that is below all numbers. */
export function shortP(p: number): string {
  return p === 0 ? 'below 1e-300' : p.toPrecision(2);
}

/** A share, or why there is none where the whole is 0. */
export function ratioOf(part: number, all: number, reason: string): Measured {
  return all === 0 ? notDefined(reason) : { value: part / all };
}
