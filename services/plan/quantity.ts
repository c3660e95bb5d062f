/** One number of a plan, with how it comes about: anybody can check it by hand. */
export interface Quantity {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** In the names of `inputs`. */
  readonly formula: string;
  readonly inputs: Readonly<Record<string, number>>;
}

export function quantity(
  name: string,
  value: number,
  unit: string,
  formula: string,
  inputs: Readonly<Record<string, number>>,
): Quantity {
  return { name, value, unit, formula, inputs };
}
