/** Three digits: more than two measurements agree in. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
