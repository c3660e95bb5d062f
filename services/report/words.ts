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
