/** A number, or why there is none; never NaN. Goes into run.json as it is. */
export type Measured = { readonly value: number } | { readonly notDefined: string };

export function notDefined(reason: string): { readonly notDefined: string } {
  return { notDefined: reason };
}

export function isDefined<T extends object>(result: T | { readonly notDefined: string }): result is T {
  return !('notDefined' in result);
}
