import { isDefined, type Measured, notDefined } from './measured.js';

/** Strengths beyond this are none that anybody measures. */
const largestStrength = 1e15;
/** Strengths are known to a part in 2^50. */
const halvings = 200;

/**
 * The strength mu at which a significance that rises with the signal reaches `target`: of mu x s over b, for a form
 * such as asimovSignificance.
 * @param form significance of a signal yield
 * @returns not defined where the signal yields nothing, the form is not defined, or it never comes so far
 */
export function strengthForSignificance(
  target: number,
  signal: number,
  form: (signal: number) => Measured,
): Measured {
  if (!(signal > 0 && Number.isFinite(signal)))
    return notDefined(`a signal of ${signal} events never becomes significant`);
  const reaches = (strength: number) => {
    const found = form(strength * signal);
    return isDefined(found) ? found.value >= target : undefined;
  };
  let high = 1;
  for (;;) {
    const is = reaches(high);
    if (is === undefined) {
      const { notDefined: reason } = form(high * signal) as { readonly notDefined: string };
      return notDefined(reason);
    }
    if (is) break;
    high *= 2;
    if (high > largestStrength)
      return notDefined(`no strength up to ${largestStrength} gives ${target} sigma`);
  }
  let low = 0;
  for (let step = 0; step < halvings && high - low > high * 2 ** -50; step++) {
    const middle = (low + high) / 2;
    if (reaches(middle) === true) high = middle;
    else low = middle;
  }
  return { value: high };
}
