/** Largest of any number of values; undefined of none. Spread into Math.max, some 100,000 would be too many arguments. */
export function largest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((most, value) => Math.max(most, value));
}
